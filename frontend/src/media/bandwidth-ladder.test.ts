import { describe, expect, it } from 'vitest';
import { atTheBottom, climb, type Ladder, type LineSample, type Rung } from '@/media/bandwidth-ladder';

const FINE: Omit<LineSample, 'at'> = {
  buffered: 0,
  roundTripMs: 60,
  unansweredMs: 0,
  framesHeld: 0,
  uploadsFailed: 0,
  uploadsSlow: 0,
};
const SLOW = { ...FINE, buffered: 150 * 1024 };
const DEAD = { ...FINE, buffered: 500 * 1024, framesHeld: 3, unansweredMs: 9_000 };

/** One look a second; returns the rung after each. */
function go(ladder: Ladder, from: number, seconds: number, what: Omit<LineSample, 'at'>, useful?: Rung[]) {
  const rungs: Rung[] = [];
  let now = ladder;
  for (let s = 1; s <= seconds; s += 1) {
    now = climb(now, { ...what, at: from + s * 1000 }, useful);
    rungs.push(now.rung);
  }
  return { ladder: now, rungs, at: from + seconds * 1000 };
}

describe('bandwidth ladder', () => {
  it('stays where it is on a good line, and does not mind a moment', () => {
    expect(go(atTheBottom(0), 0, 60, FINE).rungs).not.toContain(1);
    const moment = go(atTheBottom(0), 0, 3, SLOW);
    expect(go(moment.ladder, moment.at, 30, FINE).ladder.rung).toBe(0);
  });

  it('leaves out one thing after the other, in the order of the rungs', () => {
    const { rungs } = go(atTheBottom(0), 0, 40, SLOW);
    expect([...new Set(rungs)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(rungs.indexOf(1)).toBe(4); // seen since the first second, four seconds later
  });

  it('goes faster where the line carries hardly anything', () => {
    expect(go(atTheBottom(0), 0, 12, DEAD).ladder.rung).toBe(5);
    expect(go(atTheBottom(0), 0, 12, SLOW).ladder.rung).toBeLessThan(4);
  });

  it.each([
    ['what waits in the socket', { buffered: 150 * 1024 }],
    ['a slow answer', { roundTripMs: 2_500 }],
    ['no answer', { unansweredMs: 5_000 }],
    ['pictures held back', { framesHeld: 1 }],
    ['uploads that fail', { uploadsFailed: 1 }],
    ['uploads that take as long as they last', { uploadsSlow: 1 }],
  ])('goes by %s', (_, sign) => {
    expect(go(atTheBottom(0), 0, 6, { ...FINE, ...sign }).ladder.rung).toBe(1);
  });

  it('passes over rungs that would change nothing', () => {
    const { rungs } = go(atTheBottom(0), 0, 40, SLOW, [0, 4, 5]);
    expect([...new Set(rungs)]).toEqual([0, 4, 5]);
  });

  it('comes back step by step once the line has been good for a while', () => {
    const bad = go(atTheBottom(0), 0, 40, SLOW);
    expect(bad.ladder.rung).toBe(5);
    const { rungs } = go(bad.ladder, bad.at, 60, FINE);
    expect([...new Set(rungs)]).toEqual([5, 4, 3, 2, 1, 0]);
    expect(rungs[8]).toBe(5);
  });

  it('stays between good and bad', () => {
    const bad = go(atTheBottom(0), 0, 9, SLOW);
    expect(bad.ladder.rung).toBe(2);
    const so = { ...FINE, buffered: 60 * 1024 };
    expect(new Set(go(bad.ladder, bad.at, 100, so).rungs)).toEqual(new Set([2]));
  });

  it('waits longer each time a step back was too early', () => {
    let { ladder, at } = go(atTheBottom(0), 0, 5, SLOW);
    const waits: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const from = at;
      while (ladder.rung > 0) ({ ladder, at } = go(ladder, at, 1, FINE));
      waits.push((at - from) / 1000);
      while (ladder.rung === 0) ({ ladder, at } = go(ladder, at, 1, SLOW));
    }
    expect(waits[1]).toBeGreaterThan(1.5 * (waits[0] ?? 0));
    expect(waits[2]).toBeGreaterThan(1.5 * (waits[1] ?? 0));
  });
});
