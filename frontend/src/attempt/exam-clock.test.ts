import { describe, expect, it } from 'vitest';
import { inWords, isOne, timeLeftMs } from '@/attempt/exam-clock';

const clock = {
  started_at: 1_000,
  deadline: 61_000,
  paused_at: null,
  duration_s: 60,
  credited_s: 0,
  server_now: 1_000,
  ledger: [],
};

describe('timeLeftMs', () => {
  it('counts down by the server, whatever this browser takes the time to be', () => {
    expect(timeLeftMs({ clock, aheadMs: 0 }, 11_000)).toBe(50_000);
    expect(timeLeftMs({ clock, aheadMs: 3_600_000 }, 11_000 - 3_600_000)).toBe(50_000);
  });

  it('stands still while paused', () => {
    const paused = { ...clock, paused_at: 31_000 };
    expect(timeLeftMs({ clock: paused, aheadMs: 0 }, 40_000)).toBe(30_000);
    expect(timeLeftMs({ clock: paused, aheadMs: 0 }, 55_000)).toBe(30_000);
  });

  it('is nothing before the start and never less than zero after the end', () => {
    expect(timeLeftMs({ clock: { ...clock, deadline: null }, aheadMs: 0 }, 0)).toBeNull();
    expect(timeLeftMs({ clock, aheadMs: 0 }, 99_000)).toBe(0);
  });
});

describe('inWords', () => {
  it.each([
    [0.2, '0 seconds'],
    [1, '1 second'],
    [65, '1 minute and 5 seconds'],
    [300, '5 minutes'],
    [7260, '2 hours and 1 minute'],
  ])('says %d s as "%s"', (seconds, words) => {
    expect(inWords(seconds)).toBe(words);
  });
});

describe('number of a length in words', () => {
  it('is one where a single thing is named', () => {
    expect([1, 60, 3600, 1.2].map(isOne)).toEqual([true, true, true, true]);
    expect([0, 2, 61, 120].map(isOne)).toEqual([false, false, false, false]);
  });
});
