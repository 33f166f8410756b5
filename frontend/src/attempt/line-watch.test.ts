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
