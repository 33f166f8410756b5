import { describe, expect, it } from 'vitest';
import { incident } from '@/test/monitor-fixtures';
import { alertGroups, handledAlerts } from './alerts';

describe('alerts', () => {
  it('merge per candidate and signal: the same again raises the count', () => {
    const groups = alertGroups(
      new Map([
        [
          'a',
          [
            incident({ id: '1', signal: 'multiple_faces', opened_at: 10, times: 2 }),
            incident({ id: '2', signal: 'tab_hidden', severity: 'low', opened_at: 30 }),
            incident({ id: '3', signal: 'multiple_faces', opened_at: 20, words: 'newest words' }),
          ],
        ],
      ]),
    );

    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({ attemptId: 'a', severity: 'high', newestAt: 30 });
    expect(groups[0]?.lines).toMatchObject([
      { times: 3, ids: ['1', '3'], incident: { words: 'newest words' } },
      { times: 1, ids: ['2'] },
    ]);
  });

  it('stand worst first, then newest; what is handled, decided or no alert is not there', () => {
    const groups = alertGroups(
      new Map([
        ['low', [incident({ attempt_id: 'low', severity: 'low', opened_at: 99 })]],
        ['old', [incident({ attempt_id: 'old', opened_at: 10 })]],
        ['new', [incident({ attempt_id: 'new', opened_at: 20 })]],
        ['handled', [incident({ handled: true })]],
        ['decided', [incident({ verdict: 'dismissed' })]],
        ['silent', [incident({ alert: false })]],
      ]),
    );

    expect(groups.map((group) => group.attemptId)).toEqual(['new', 'old', 'low']);
  });

  it('that go on stand before those that have passed', () => {
    const groups = alertGroups(
      new Map([
        ['passed', [incident({ attempt_id: 'passed', opened_at: 20, closed_at: 25 })]],
        ['now', [incident({ attempt_id: 'now', opened_at: 10 })]],
        [
          'again',
          [
            incident({ id: '1', attempt_id: 'again', opened_at: 1, closed_at: 2 }),
            incident({ id: '2', attempt_id: 'again', signal: 'tab_hidden', severity: 'low', opened_at: 5 }),
          ],
        ],
      ]),
    );

    expect(groups.map((group) => [group.attemptId, group.passed])).toEqual([
      ['now', false],
      ['again', false],
      ['passed', true],
    ]);
  });

  it('that are dealt with are listed newest first, for a while', () => {
    const handled = handledAlerts(
      new Map([
        [
          'a',
          [
            incident({ id: 'open' }),
            incident({ id: 'ago', handled: true, last_seen_at: 5 }),
            incident({ id: 'one', handled: true, last_seen_at: 20 }),
            incident({ id: 'two', verdict: 'confirmed', last_seen_at: 30 }),
          ],
        ],
      ]),
      10,
    );

    expect(handled.map((one) => one.id)).toEqual(['two', 'one']);
  });
});
