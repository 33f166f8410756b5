import { Disc, Signal, SignalMedium } from 'lucide-react';
import type { AttemptCard } from '@/api/types';
import { TimeLedger } from '@/components/time/TimeLedger';
import { lineWhole, NEVER_AGAINST, RECORDING_WORDS } from './line-words';
import styles from './PanelParts.module.css';

/** Every second that was given back, and why. */
export function TimePart({ card }: { card: AttemptCard }) {
  if (card.clock.started_at === null) return null;
  return (
    <section className={styles.part} aria-label="Time given back">
      <h3>Time given back</h3>
      {card.clock.ledger.length === 0 ? (
        <p className={styles.none}>None so far.</p>
      ) : (
        <TimeLedger ledger={card.clock.ledger} />
      )}
    </section>
  );
}

/** What the candidate's network lets through, and whether it is recorded. */
export function LinePart({ card }: { card: AttemptCard }) {
  if (!card.connected || (card.state !== 'live' && card.state !== 'paused')) return null;
  const slow = card.bandwidth_rung > 0;
  return (
    <section className={styles.part} aria-label="Network and recording">
      <h3>Network and recording</h3>
      <p className={styles.line}>
        {slow ? <SignalMedium size={14} aria-hidden /> : <Signal size={14} aria-hidden />}
        <span>
          {lineWhole(card)}
          {slow && ` ${NEVER_AGAINST}`}
        </span>
      </p>
      <p className={styles.line} data-recording={card.recording}>
        <Disc size={14} aria-hidden /> <span>{RECORDING_WORDS[card.recording]}.</span>
      </p>
    </section>
  );
}
