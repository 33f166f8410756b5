import { describe, expect, it } from 'vitest';
import { LineWatch } from '@/attempt/line-watch';
import type { Rung } from '@/media/bandwidth-ladder';

function setUp() {
  const line = {
    now: 0,
    buffered: 0 as number | null,
    nonces: [] as string[],
    rungs: [] as Rung[],
  };
  const watch = new LineWatch({
    buffered: () => line.buffered,
    ask: (nonce) => {
      if (line.buffered === null) return false;
      line.nonces.push(nonce);
      return true;
    },
    useful: () => [0, 1, 2, 3, 4, 5],
    changed: (rung) => line.rungs.push(rung),
    now: () => line.now,
  });
  const look = (times: number, each?: () => void) => {
    for (let i = 0; i < times; i += 1) {
      line.now += 1_000;
      each?.();
      watch.look();
    }
  };
  return { line, watch, look };
}

describe('line watch', () => {
  it('asks every few seconds and says when an answer belongs to a question', () => {
    const { line, watch, look } = setUp();
    look(1);
    expect(line.nonces).toHaveLength(1);
    line.now += 40;
    expect(watch.answered('another')).toBeNull();
    expect(watch.answered(line.nonces[0] ?? '')).toBe(1_000);
    look(4, () => watch.answered(line.nonces.at(-1) ?? ''));
    expect(line.nonces).toHaveLength(2);
    expect(line.rungs).toEqual([]);
  });

  it('steps down while nothing is answered', () => {
    const { line, look } = setUp();
    look(10);
    expect(line.rungs.slice(0, 2)).toEqual([1, 2]);
  });

  it('takes no line at all for no slow line', () => {
    const { line, watch, look } = setUp();
    look(2);
    line.buffered = null;
    watch.renewed();
    look(60, () => {
      watch.held();
    });
    expect(line.rungs).toEqual([]);
    line.buffered = 0;
    look(3, () => watch.answered(line.nonces.at(-1) ?? ''));
    expect(line.rungs).toEqual([]);
  });

  it('sends no more pictures and sound while what was sent before them has not arrived', () => {
    const { line, watch, look } = setUp();
    look(1, () => undefined);
    line.now += 60;
    watch.answered(line.nonces.at(-1) ?? '');
    line.now += 1_000;
    watch.sent();
    line.now += 900;
    expect([watch.isFull('camera'), watch.isFull('audio')]).toEqual([false, false]);
    line.now += 100;
    expect([watch.isFull('camera'), watch.isFull('audio')]).toEqual([true, false]);
    line.now += 300;
    expect(watch.isFull('audio')).toBe(true);
    line.now += 2_000;
    watch.answered(line.nonces.at(-1) ?? '');
    expect(watch.isFull('camera')).toBe(false);

    watch.sent(); // the line is known to be slow now: one at a time
    expect([watch.isFull('camera'), watch.isFull('audio')]).toEqual([true, true]);
    line.now += 600;
    watch.answered(line.nonces.at(-1) ?? '');
    watch.sent();
    expect(watch.isFull('camera')).toBe(false);
    watch.renewed();
    expect(watch.isFull('camera')).toBe(false);
  });

  it('takes a far server for no slow line', () => {
    const { line, watch } = setUp();
    for (let picture = 0; picture < 10; picture += 1) {
      watch.sent();
      line.now += 1_000;
      if (picture > 0) expect(watch.isFull('camera')).toBe(false);
      line.now += 300;
      watch.answered(line.nonces.at(-1) ?? '');
    }
    expect(line.nonces).toHaveLength(10);
  });

  it('goes by every second picture that is held back', () => {
    const { line, watch, look } = setUp();
    let second = 0;
    look(6, () => {
      watch.answered(line.nonces.at(-1) ?? '');
      if (second % 2 === 0) watch.held();
      second += 1;
    });
    expect(line.rungs).toEqual([1]);
  });

  it('goes by one slow upload, however rare, and asks for another after a step', () => {
    const { line, watch, look } = setUp();
    const answer = () => watch.answered(line.nonces.at(-1) ?? '');
    watch.uploaded({ ok: true, tookMs: 9_000, lastsMs: 10_000 });
    look(9, answer);
    expect(line.rungs).toEqual([1]);
    watch.uploaded({ ok: true, tookMs: 9_000, lastsMs: 10_000 });
    watch.uploaded({ ok: true, tookMs: 2_000, lastsMs: 10_000 });
    look(9, answer);
    expect(line.rungs).toEqual([1]);
  });

  it('steps down by slow and failed uploads, and by slow requests where sockets are blocked', () => {
    const { line, watch, look } = setUp();
    look(6, () => {
      watch.answered(line.nonces.at(-1) ?? '');
      watch.uploaded({ ok: true, tookMs: 9_000, lastsMs: 10_000 });
    });
    expect(line.rungs).toEqual([1]);

    const blocked = setUp();
    blocked.line.buffered = null;
    blocked.look(6, () => {
      blocked.watch.took(2_500);
    });
    expect(blocked.line.rungs).toEqual([1]);
  });
});
