import 'fake-indexeddb/auto';
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Bytes, SegmentHead } from '@/media/recording/segment';
import { SegmentStore, type StoreOptions } from '@/media/recording/segment-store';

const HOUR_MS = 3_600_000;
const bytes = (size: number, fill = 7): Bytes => new Uint8Array(size).fill(fill);
const plenty = () => Promise.resolve({ quota: 10_000, usage: 0 });

function open(instanceId: string, more: Partial<StoreOptions> = {}): Promise<SegmentStore> {
  return SegmentStore.open({ attemptId: 'attempt', instanceId, estimate: plenty, now: () => 0, ...more });
}

const names = (store: SegmentStore) =>
  store.waiting.map(({ instanceId, kind, seq }) => `${instanceId} ${kind} ${seq}`);

/** As numbers: what was on disk is of another realm than the test's own arrays. */
async function contents(store: SegmentStore, head: SegmentHead | null | undefined): Promise<number[]> {
  const found = head == null ? null : await store.bytes(head);
  return found === null ? [] : Array.from(found);
}

describe('segment store', () => {
  beforeEach(() => {
    vi.stubGlobal('indexedDB', new IDBFactory());
  });

  it('numbers each kind from zero, gives the oldest first and keeps bytes with their hash', async () => {
    const store = await open('page-1');
    await store.add('camera', 'video/webm', 2_000, 10_000, bytes(10));
    await store.add('screen', 'video/webm', 1_000, 10_000, bytes(20));
    await store.add('camera', 'video/webm', 3_000, 10_000, bytes(30));
    expect(names(store)).toEqual(['page-1 screen 0', 'page-1 camera 0', 'page-1 camera 1']);
    const [first] = store.waiting;
    expect(first).toMatchObject({ size: 20, durationMs: 10_000, mime: 'video/webm' });
    expect(first?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await contents(store, first)).toEqual(Array(20).fill(7));
  });

  it('keeps what the server does not have over a reload, and forgets what it has', async () => {
    const before = await open('page-1');
    const one = await before.add('camera', 'video/webm', 1_000, 10_000, bytes(10, 1));
    await before.add('camera', 'video/webm', 2_000, 10_000, bytes(10, 2));
    if (one !== null) await before.forget(one);

    const after = await open('page-2');
    await after.add('camera', 'video/webm', 3_000, 10_000, bytes(10, 3));
    expect(names(after)).toEqual(['page-1 camera 1', 'page-2 camera 0']);
    const [left] = after.waiting;
    expect(await contents(after, left)).toEqual(Array(10).fill(2));
    expect(names(await open('page-3', { attemptId: 'another' }))).toEqual([]);
  });

  it('gives no number to what was stopped before it had anything', async () => {
    const store = await open('page-1');
    const [nothing, something] = [
      store.begin('camera', 'video/webm', 1_000),
      store.begin('camera', 'video/webm', 1_001),
    ];
    expect(await nothing.end(1)).toBeNull();
    something.add(bytes(4), 2_000);
    await something.end(2_000);
    expect(names(store)).toEqual(['page-1 camera 0']);
  });

  it('puts together what was being recorded when the page crashed', async () => {
    const crashed = await open('page-1');
    const draft = crashed.begin('camera', 'video/webm', 5_000);
    draft.add(bytes(4, 1), 2_000);
    draft.add(bytes(4, 2), 4_000);
    await crashed.add('screen', 'video/webm', 1, 1, bytes(1)); // by then the pieces are on disk

    const after = await open('page-2');
    expect(names(after)).toEqual(['page-1 screen 0', 'page-1 camera 0']);
    const segment = after.waiting[1];
    expect(segment).toMatchObject({ capturedAt: 5_000, durationMs: 4_000, size: 8 });
    expect(await contents(after, segment)).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  });

  it('keeps a segment once, not its pieces as well', async () => {
    const store = await open('page-1');
    const draft = store.begin('camera', 'video/webm', 5_000);
    draft.add(bytes(4), 2_000);
    draft.add(bytes(4), 4_000);
    expect(await draft.end(4_500)).toMatchObject({ seq: 0, size: 8, durationMs: 4_500 });
    expect(await store.begin('camera', 'video/webm', 1).end(0)).toBeNull();
    expect(names(await open('page-2'))).toEqual(['page-1 camera 0']);
  });

  it('takes no more than its share, says so once, and again when there is room', async () => {
    const full: boolean[] = [];
    const store = await open('page-1', { memoryBytes: 0 });
    store.filled = (is) => full.push(is);
    const first = await store.add('camera', 'video/webm', 1, 1, bytes(4_000)); // of 5,000, half of the room
    expect(await store.add('camera', 'video/webm', 2, 1, bytes(2_000))).toBeNull();
    expect(await store.add('camera', 'video/webm', 3, 1, bytes(2_000))).toBeNull();
    expect([full, store.full]).toEqual([[true], true]);
    if (first !== null) await store.forget(first);
    expect([full, store.full]).toEqual([[true, false], false]);
    expect(await store.add('camera', 'video/webm', 4, 1, bytes(2_000))).not.toBeNull();
  });

  it('looks again whether there is room once nothing of its own could be freed', async () => {
    let quota = 0;
    const store = await open('page-1', {
      memoryBytes: 0,
      estimate: () => Promise.resolve({ quota, usage: 0 }),
    });
    expect(await store.add('camera', 'video/webm', 1, 1, bytes(100))).toBeNull();
    expect(store.full).toBe(true);
    quota = 10_000;
    await store.lookAgain();
    expect(store.full).toBe(false);
    expect(await store.add('camera', 'video/webm', 2, 1, bytes(100))).not.toBeNull();
  });

  it('keeps in memory what the disk refuses', async () => {
    const store = await open('page-1', { memoryBytes: 100 });
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError');
    });
    const kept = await store.add('camera', 'video/webm', 1, 1, bytes(50));
    put.mockRestore();
    expect(await contents(store, kept)).toEqual(Array(50).fill(7));
    expect(await store.add('camera', 'video/webm', 2, 1, bytes(60))).toBeNull();
    if (kept !== null) await store.forget(kept);
    expect(store.waiting).toEqual([]);
  });

  it('works without storage for as long as the page lives, and says that', async () => {
    vi.stubGlobal('indexedDB', undefined);
    const store = await open('page-1');
    expect(store.durable).toBe(false);
    const kept = await store.add('audio', 'audio/wav', 1, 1, bytes(10));
    expect(await contents(store, kept)).toEqual(Array(10).fill(7));
  });

  it('clears away what attempts of long ago left', async () => {
    const old = await open('page-1', { attemptId: 'old' });
    await old.add('camera', 'video/webm', HOUR_MS, 1, bytes(10));
    old.begin('camera', 'video/webm', HOUR_MS).add(bytes(3), 1);
    await old.add('camera', 'video/webm', 40 * HOUR_MS, 1, bytes(10));
    await open('page-2', { now: () => 50 * HOUR_MS });
    expect(names(await open('page-3', { attemptId: 'old' }))).toEqual(['page-1 camera 2']);
  });
});
