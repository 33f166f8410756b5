import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SegmentRecorder } from '@/media/recording/recorder';
import type { SegmentDraft } from '@/media/recording/segment-store';

/** Records nothing, and says so at the times that a real one would. */
class Recorder {
  state: RecordingState = 'inactive';
  ondataavailable: ((event: BlobEvent) => void) | null = null;
  onstop: (() => void) | null = null;
  readonly rate: number | undefined;
  constructor(options: MediaRecorderOptions) {
    this.rate = options.videoBitsPerSecond;
  }
  start() {
    this.state = 'recording';
  }
  gives(size: number) {
    const data = { size, arrayBuffer: () => Promise.resolve(new ArrayBuffer(size)) };
    this.ondataavailable?.({ data } as BlobEvent);
  }
  stop() {
    this.state = 'inactive';
    this.gives(5);
    this.onstop?.();
  }
}

function setUp(supports: (type: string) => boolean = (type) => type === 'video/webm') {
  const recorders: Recorder[] = [];
  const kept: { capturedAt: number; durationMs: number; size: number }[] = [];
  const states: string[] = [];
  let ended = 0;
  const recorder = new SegmentRecorder('camera', {
    begin: (_kind, _mime, capturedAt): SegmentDraft => {
      let size = 0;
      return {
        add: (bytes) => (size += bytes.length),
        end: (durationMs) => {
          kept.push({ capturedAt, durationMs, size });
          return Promise.resolve(null);
        },
      };
    },
    ended: () => (ended += 1),
    changed: () => states.push(recorder.state),
    open: (_stream, options) => {
      recorders.push(new Recorder(options));
      return recorders.at(-1) as unknown as MediaRecorder;
    },
    supports,
  });
  const copies: { readyState: string; stop: () => void }[] = [];
  const track = {
    clone: () => {
      const copy = { readyState: 'live', stop: () => (copy.readyState = 'ended') };
      copies.push(copy);
      return copy;
    },
  } as unknown as MediaStreamTrack;
  return { recorder, recorders, kept, states, track, copies, ended: () => ended };
}

describe('segment recorder', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    vi.stubGlobal('MediaStream', EventTarget);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('begins each segment before the last one ends, so that nothing is missed', async () => {
    const { recorder, recorders, kept, track } = setUp();
    recorder.use(track);
    await vi.advanceTimersByTimeAsync(35_000);
    expect(recorders.map(({ state }) => state)).toEqual(['inactive', 'inactive', 'inactive', 'recording']);
    kept.forEach(({ capturedAt, durationMs }, index) => {
      const next = kept[index + 1]?.capturedAt;
      if (next !== undefined) expect(capturedAt + durationMs).toBeGreaterThan(next);
    });
    expect(kept.map(({ capturedAt }) => capturedAt)).toEqual([0, 10_000, 20_000]);
    expect(new Set(kept.map(({ size }) => size))).toEqual(new Set([5]));
  });

  it('keeps what was begun when it is stopped, and tells when that is done', async () => {
    const { recorder, recorders, kept, track, states, copies, ended } = setUp();
    recorder.use(track);
    await vi.advanceTimersByTimeAsync(3_000);
    recorders[0]?.gives(4);
    recorder.use(null);
    expect(recorder.unfinished).toBe(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(kept).toEqual([{ capturedAt: 0, durationMs: 3_000, size: 9 }]);
    expect([recorder.unfinished, ended()]).toEqual([0, 1]);
    expect(states).toEqual(['recording', 'off']);
    expect(copies[0]?.readyState).toBe('ended');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(recorders).toHaveLength(1);
  });

  it('takes a smaller rate with the next segment', async () => {
    const { recorder, recorders, track } = setUp();
    recorder.use(track);
    recorder.setQuality('small');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(recorders.map(({ rate }) => rate)).toEqual([250_000, 100_000]);
  });

  it('tries again when the browser stops recording while the device goes on', async () => {
    const { recorder, recorders, kept, track, states } = setUp();
    recorder.use(track);
    await vi.advanceTimersByTimeAsync(1_000);
    recorders[0]?.stop();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(kept).toHaveLength(1);
    expect(states).toEqual(['recording', 'stopped', 'recording']);
    expect(recorders).toHaveLength(2);
  });

  it('says so where the browser records nothing that the server takes', async () => {
    const { recorder, recorders, track } = setUp(() => false);
    recorder.use(track);
    await vi.advanceTimersByTimeAsync(30_000);
    expect([recorder.state, recorders.length]).toEqual(['stopped', 0]);
    recorder.use(null);
    expect(recorder.state).toBe('off');
  });

  it('ends with its device', async () => {
    const { recorder, recorders, track, copies } = setUp();
    recorder.use(track);
    const [copy] = copies;
    if (copy !== undefined) copy.readyState = 'ended';
    recorders[0]?.stop();
    await vi.advanceTimersByTimeAsync(30_000);
    expect([recorder.state, recorders.length]).toEqual(['stopped', 1]);
  });
});
