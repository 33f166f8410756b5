import { describe, expect, it } from 'vitest';
import type { Incident } from '@/api/types';
import { attempt, incident } from '@/test/monitor-fixtures';
import { byNeed, inFilter, matches, nextOrder, shownState, worst } from './need';

describe('who needs the proctor', () => {
  const cards = [
    attempt({ attempt_id: 'calm', number: 1 }),
    attempt({ attempt_id: 'over', number: 2, state: 'submitted' }),
    attempt({ attempt_id: 'waiting', number: 3, state: 'waiting' }),
    attempt({ attempt_id: 'away', number: 4, connected: false }),
    attempt({ attempt_id: 'hand', number: 5, hand_raised_at: 1 }),
    attempt({ attempt_id: 'medium', number: 6 }),
    attempt({ attempt_id: 'high', number: 7 }),
  ];
  const incidents: Record<string, Incident[]> = {
    medium: [incident({ attempt_id: 'medium', severity: 'medium' })],
    high: [incident({ attempt_id: 'high', severity: 'high' })],
    over: [incident({ attempt_id: 'over', severity: 'high' })],
    calm: [incident({ attempt_id: 'calm', severity: 'high', handled: true })],
  };

  it('puts open incidents first, then a raised hand, who is away, who waits; what is handled counts no more', () => {
    expect(byNeed(cards, (id) => incidents[id] ?? [], 0)).toEqual([
      'high',
      'medium',
      'hand',
      'away',
      'waiting',
      'calm',
      'over',
    ]);
  });

  it('puts what is going on before what has passed, and a lower severity still after it', () => {
    const seen: Record<string, Incident[]> = {
      calm: [incident({ severity: 'high', opened_at: 9, closed_at: 10 })],
      high: [incident({ severity: 'high', opened_at: 1 })],
      medium: [incident({ severity: 'medium' })],
    };
    const three = cards.filter((card) => card.attempt_id in seen);
    expect(byNeed(three, (id) => seen[id] ?? [], 0)).toEqual(['high', 'calm', 'medium']);
    expect(worst([...(seen.medium ?? []), ...(seen.calm ?? []), ...(seen.high ?? [])])?.opened_at).toBe(1);
    expect(worst([])).toBeNull();
  });

  it('keeps everybody in place while held; who left goes, who came is last', () => {
    expect(nextOrder(['a', 'b', 'c'], ['c', 'new', 'a'], true)).toEqual(['a', 'c', 'new']);
    expect(nextOrder(['a', 'b', 'c'], ['c', 'b', 'a'], false)).toEqual(['c', 'b', 'a']);
  });

  it('hands the same list back while nothing changes, so that nothing draws again', () => {
    const shown = ['a', 'b'];
    expect(nextOrder(shown, ['b', 'a'], true)).toBe(shown);
    expect(nextOrder(shown, ['a', 'b'], false)).toBe(shown);
  });

  it('calls a page that should be here and is not "offline", and counts it there alone', () => {
    const away = attempt({ connected: false });
    expect(shownState(away)).toBe('offline');
    expect(inFilter(away, 'live')).toBe(false);
    expect(inFilter(away, 'offline')).toBe(true);
    expect(shownState(attempt({ state: 'invited', connected: false }))).toBe('invited');
  });

  it('finds names without their accents, in any order of words', () => {
    const card = attempt({ candidate_name: 'Tomás Herrera', candidate_ref: 'S-17' });
    expect(matches(card, 'herr tomas')).toBe(true);
    expect(matches(card, 's-17')).toBe(true);
    expect(matches(card, 'ada')).toBe(false);
  });
});
