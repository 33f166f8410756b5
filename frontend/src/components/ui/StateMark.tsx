import type { ReactNode } from 'react';
import styles from './StateMark.module.css';

/** How an attempt stands, as a page shows it: the state, or that its page is away. */
export type ShownState =
  | 'invited'
  | 'checking_in'
  | 'waiting'
  | 'live'
  | 'paused'
  | 'offline'
  | 'submitted'
  | 'ended'
  | 'expired'
  | 'reviewed';

export const STATE_WORDS: Record<ShownState, string> = {
  invited: 'Not here yet',
  checking_in: 'Checking in',
  waiting: 'Waiting',
  live: 'Live',
  paused: 'Paused',
  offline: 'Offline',
  submitted: 'Finished',
  ended: 'Ended by a proctor',
  expired: 'Time is over',
  reviewed: 'Reviewed',
};

function Shape({ state }: { state: ShownState }) {
  switch (state) {
    case 'live':
      return <circle cx="6" cy="6" r="3.4" fill="currentColor" />;
    case 'waiting':
    case 'checking_in':
      return (
        <g fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round">
          <circle cx="6" cy="6" r="4.6" />
          <path d="M6 3.4V6l1.7 1.2" />
        </g>
      );
    case 'paused':
      return <path d="M3 2h2v8H3zM7 2h2v8H7z" fill="currentColor" />;
    case 'offline':
      return <path d="m2.5 2.5 7 7m0-7-7 7" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />;
    case 'invited':
      return <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeDasharray="2 2" />;
    case 'submitted':
    case 'reviewed':
      return <path d="m2 6.4 2.7 2.7L10 3.4" fill="none" stroke="currentColor" strokeWidth="1.8" />;
    case 'ended':
    case 'expired':
      return <rect x="2.5" y="2.5" width="7" height="7" rx="1" fill="currentColor" />;
  }
}

/** A state is shape and word; `children` replaces the word where more is known ("Offline, 14 s"). */
export function StateMark({ state, children }: { state: ShownState; children?: ReactNode }) {
  return (
    <span className={styles.state} data-state={state}>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden>
        <Shape state={state} />
      </svg>
      <span className={styles.word}>{children ?? STATE_WORDS[state]}</span>
    </span>
  );
}
