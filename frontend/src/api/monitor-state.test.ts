import { describe, expect, it } from 'vitest';
import { chatOf, fromSnapshot, incidentsOf, toSnapshot, withUpdate } from '@/api/monitor-state';
import { attempt, chatMessage, incident, snapshot, update } from '@/test/monitor-fixtures';

describe('the wall’s state', () => {
  const start = snapshot({
    update_id: 10,
    attempts: [attempt({ attempt_id: 'a', number: 1 }), attempt({ attempt_id: 'b', number: 2 })],
    incidents: [incident({ id: 'i1', attempt_id: 'a', opened_at: 100 })],
    chat: [chatMessage({ id: 'c1', attempt_id: 'a', at: 50 })],
  });

  it('is after updates what a fresh snapshot says', () => {
    const paused = attempt({ attempt_id: 'b', number: 2, state: 'paused' });
    const third = attempt({ attempt_id: 'c', number: 3 });
    const later = incident({ id: 'i2', attempt_id: 'b', opened_at: 90 });
    const extended = incident({ id: 'i1', attempt_id: 'a', opened_at: 100, times: 3 });
    const reply = chatMessage({ id: 'c0', attempt_id: 'a', at: 50 });
    const exam = { ...start.exam, title: 'Renamed' };
    const state = [
      update(11, { type: 'attempt', attempt: paused }),
      update(12, { type: 'incident', incident: later }),
      update(13, { type: 'attempt', attempt: third }),
      update(14, { type: 'incident', incident: extended }),
      update(15, { type: 'chat', message: reply }),
      update(16, { type: 'exam', exam }),
    ].reduce(withUpdate, fromSnapshot(start));

    expect(toSnapshot(state, start.server_now)).toEqual({
      ...start,
      update_id: 16,
      exam,
      attempts: [start.attempts[0], paused, third],
      incidents: [later, extended],
      chat: [reply, start.chat[0]],
    });
  });

  it('takes each update once, in whatever way it comes again', () => {
    const state = withUpdate(
      fromSnapshot(start),
      update(11, { type: 'attempt', attempt: attempt({ attempt_id: 'a', number: 1, state: 'submitted' }) }),
    );
    const again = withUpdate(
      state,
      update(11, { type: 'attempt', attempt: attempt({ attempt_id: 'a', number: 1 }) }),
    );

    expect(again).toBe(state);
  });

  it('leaves the lists of all other candidates as they were, so that their tiles do not draw again', () => {
    const before = fromSnapshot(start);
    const after = withUpdate(
      before,
      update(11, { type: 'incident', incident: incident({ id: 'i9', attempt_id: 'b' }) }),
    );

    expect(incidentsOf(after, 'a')).toBe(incidentsOf(before, 'a'));
    expect(after.attempts).toBe(before.attempts);
    expect(chatOf(after, 'nobody')).toBe(chatOf(before, 'nobody'));
  });
});
