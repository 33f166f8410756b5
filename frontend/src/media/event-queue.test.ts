import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openEventQueue, toWire } from '@/media/event-queue';

const seen = (occurredAt: number) => ({
  kind: 'tab_hidden' as const,
  pageMs: occurredAt,
  occurredAt,
  late: false,
});

describe('event queue', () => {
  beforeEach(() => {
    vi.stubGlobal('indexedDB', new IDBFactory());
  });

  it('numbers the events of a page load from one and keeps them in order', async () => {
    const queue = await openEventQueue('attempt', 'page-1');
    await Promise.all([queue.add(seen(10)), queue.add(seen(20)), queue.add(seen(30))]);

    expect((await queue.pending()).map((event) => event.seq)).toEqual([1, 2, 3]);
    expect(queue.lastSeq).toBe(3);
  });

  it('keeps what is not acknowledged over a reload, under the page load that saw it', async () => {
    const before = await openEventQueue('attempt', 'page-1');
    await before.add(seen(10));
    await before.add(seen(20));
    await before.acknowledge('page-1', 1);

    const after = await openEventQueue('attempt', 'page-2');
    await after.add(seen(30));

    expect((await after.pending()).map((event) => [event.instanceId, event.seq])).toEqual([
      ['page-1', 2],
      ['page-2', 1],
    ]);
  });

  it('forgets only up to the acknowledged number of the named page load', async () => {
    const queue = await openEventQueue('attempt', 'page-2');
    await queue.add(seen(10));
    await queue.add(seen(20));
    await queue.acknowledge('page-1', 2);
    expect(await queue.pending()).toHaveLength(2);

    await queue.acknowledge('page-2', 1);
    expect((await queue.pending()).map((event) => event.seq)).toEqual([2]);
  });

  it('never mixes attempts', async () => {
    await (await openEventQueue('attempt-1', 'page')).add(seen(10));
    expect(await (await openEventQueue('attempt-10', 'page')).pending()).toEqual([]);
    expect(await (await openEventQueue('attempt', 'page')).pending()).toEqual([]);
  });

  it('works without storage for as long as the page lives', async () => {
    vi.stubGlobal('indexedDB', undefined);
    const queue = await openEventQueue('attempt', 'page-1');
    await queue.add(seen(10));
    await queue.add(seen(20));
    await queue.acknowledge('page-1', 1);
    expect((await queue.pending()).map((event) => event.seq)).toEqual([2]);
  });

  it('speaks the wire, with the page load that saw the event', async () => {
    const queue = await openEventQueue('attempt', 'page-1');
    expect(toWire(await queue.add(seen(10)), true)).toEqual({
      type: 'event',
      seq: 1,
      kind: 'tab_hidden',
      page_ms: 10,
      occurred_at: 10,
      late: true,
      instance_id: 'page-1',
      device: null,
    });
  });
});
