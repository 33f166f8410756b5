import { describe, expect, it } from 'vitest';
import type { StateChanged } from '@/api/generated/socket';
import { createAttemptStore, viewAfter } from '@/attempt/attempt-store';
import type { Room } from '@/attempt/attempt-api';

const clock = { server_now: 0, credited_s: 0, ledger: [] };
const pause = { seconds: 12, reason: 'pause', note: '', at: 5 };
const proctor = { seconds: 300, reason: 'proctor', note: 'For the fire alarm', at: 9 };

function told(ledger: object[], seconds: number) {
  const store = createAttemptStore({ state: 'live', reason: null, clock } as unknown as Room);
  // The line came back a moment ago.
  store.setState({ reconnectedAt: Date.now() });
  const message = { type: 'state', state: 'live', clock: { ...clock, ledger }, given_back_s: seconds };
  return viewAfter(store.getState(), message as unknown as StateChanged).givenBack;
}

describe('time that is given', () => {
  it('by a proctor is said as that, with the reason, also just after a lost line', () => {
    expect(told([pause, proctor], 300)).toEqual({
      seconds: 300,
      after: 'other',
      note: 'For the fire alarm',
    });
  });

  it('by itself is said for what it was', () => {
    expect(told([{ ...pause, reason: 'network_loss' }], 12)).toEqual({
      seconds: 12,
      after: 'network',
      note: '',
    });
  });
});
