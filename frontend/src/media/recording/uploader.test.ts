import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SegmentHead } from '@/media/recording/segment';
import { Uploader, type Uploaded } from '@/media/recording/uploader';

function setUp(count: number, held = false) {
  const heads = Array.from({ length: count }, (_, seq) => ({ seq, kind: 'camera' }) as SegmentHead);
  const line = {
    says: [] as Uploaded[],
    allowed: true,
    tried: [] as number[],
    measured: [] as boolean[],
    tookMs: [] as number[],
  };
  let arrive: () => void = () => undefined;
  const arrived = held ? new Promise<void>((resolve) => (arrive = resolve)) : Promise.resolve();
  const store = {
    waiting: heads,
    bytes: ({ seq }: SegmentHead) => Promise.resolve(seq === 99 ? null : new Uint8Array(3)),
    forget: (head: SegmentHead) => {
      store.waiting = store.waiting.filter((one) => one !== head);
      return Promise.resolve();
    },
  };
  const uploader = new Uploader({
    store,
    put: (head, _bytes, stop) => {
      line.tried.push(head.seq);
      const said = line.says.shift() ?? 'taken';
      return arrived.then(() => (stop.aborted ? 'later' : said));
    },
    allowed: () => Promise.resolve(line.allowed),
    changed: () => undefined,
    measured: ({ ok, tookMs }) => {
      line.measured.push(ok);
      line.tookMs.push(tookMs);
    },
    now: () => 0,
    random: () => 1,
  });
  return { uploader, line, store, arrive };
}

describe('uploader', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('sends one after another, oldest first, and forgets what was taken', async () => {
    const { uploader, line, store } = setUp(3);
    uploader.wake();
    uploader.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(line.tried).toEqual([0, 1, 2]);
    expect([store.waiting, uploader.sent]).toEqual([[], 3]);
  });

  it('tries the same one again, ever more slowly, until it is taken', async () => {
    const { uploader, line } = setUp(2);
    line.says = ['later', 'later', 'later', 'taken'];
    uploader.wake();
    await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(999);
    expect(line.tried).toEqual([0]);
    await vi.advanceTimersByTimeAsync(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(line.tried).toEqual([0, 0, 0]);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(line.tried).toEqual([0, 0, 0, 0, 1]);
    expect(line.measured).toEqual([false, false, false, true, true]);
  });

  it('waits long where the server has no room, and not at all once it is woken', async () => {
    const { uploader, line } = setUp(1);
    line.says = ['full', 'full'];
    uploader.wake();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(line.tried).toEqual([0]);
    uploader.wake();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(line.tried).toEqual([0, 0, 0]);
  });

  it('gives up what the server never takes, what is gone and what always arrives broken', async () => {
    const { uploader, line, store } = setUp(3);
    store.waiting[1] = { seq: 99, kind: 'camera' } as SegmentHead;
    line.says = ['unwanted', 'broken', 'broken', 'broken', 'broken', 'broken'];
    uploader.wake();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(line.tried).toEqual([0, 2, 2, 2, 2, 2]);
    expect([store.waiting, uploader.sent]).toEqual([[], 0]);
  });

  it('sends nothing while it may not, and goes on by itself', async () => {
    const { uploader, line } = setUp(1);
    line.allowed = false;
    uploader.wake();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(line.tried).toEqual([]);
    line.allowed = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(line.tried).toEqual([0]);
  });

  it('says of what is still on its way that the line is slow, without waiting for its end', async () => {
    const { uploader, line, arrive } = setUp(1, true);
    uploader.wake();
    await vi.advanceTimersByTimeAsync(9_999);
    expect(line.tookMs).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(line.tookMs).toEqual([10_000]);
    arrive();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(line.tookMs).toEqual([10_000, 0]);
  });

  it('sends nothing once it is stopped', async () => {
    const { uploader, line } = setUp(1);
    line.says = ['later'];
    uploader.wake();
    await vi.advanceTimersByTimeAsync(0);
    uploader.stop();
    uploader.wake();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(line.tried).toEqual([0]);
  });
});
