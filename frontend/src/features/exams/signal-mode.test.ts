import { describe, expect, it } from 'vitest';
import type { SignalRule } from '@/api/types';
import { groupSummary, inMode, modeOf, ruleSummary } from './signal-mode';

const rule = (given: Partial<SignalRule> = {}): SignalRule => ({
  enabled: true,
  threshold: 1,
  hold_s: 5,
  release_s: 2,
  cooldown_s: 20,
  severity: 'medium',
  weight: 15,
  warn: true,
  alert: true,
  pause: false,
  shadow: false,
  ...given,
});

describe('the mode of a signal', () => {
  it.each(['off', 'shadow', 'on'] as const)('is %s after it was chosen, whatever it was', (mode) => {
    for (const before of [rule(), rule({ enabled: false }), rule({ shadow: true })]) {
      expect(modeOf(inMode(before, mode))).toBe(mode);
    }
  });

  it('keeps everything else, so that off and on again changes nothing', () => {
    const before = rule({ threshold: 0.3, hold_s: 7 });
    expect(inMode(inMode(before, 'off'), 'on')).toEqual(before);
  });
});

describe('what a rule does', () => {
  it.each([
    [rule(), 'warns the candidate, alerts the proctor after 5 s'],
    [rule({ warn: false, alert: false, hold_s: 0 }), 'noted at once'],
    [rule({ pause: true, warn: false }), 'alerts the proctor, pauses the exam after 5 s'],
    // Whatever else is ticked: nobody is told.
    [rule({ shadow: true, pause: true }), 'counted and measured after 5 s, shown to nobody'],
  ])('is said in one line %#', (given, words) => {
    expect(ruleSummary(given)).toBe(words);
  });
});

it('a folded group names what is on, in shadow and off', () => {
  expect(
    groupSummary([
      { label: 'Phone', mode: 'shadow' },
      { label: 'Book', mode: 'on' },
      { label: 'Another laptop', mode: 'off' },
    ]),
  ).toBe('Book · in shadow: Phone · off: Another laptop');
});
