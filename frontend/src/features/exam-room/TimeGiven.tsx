import { useAttempt } from '@/attempt/AttemptContext';
import { inWords } from '@/attempt/exam-clock';
import { TimeLedger } from '@/components/time/TimeLedger';
import styles from './TimeGiven.module.css';

/** What was given back and why, for who wants to know; nothing while nothing was. */
export function TimeGiven() {
  const ledger = useAttempt((view) => view.clock.clock.ledger);
  const seconds = ledger.reduce((sum, one) => sum + one.seconds, 0);
  if (ledger.length === 0) return null;
  return (
    <details className={styles.given}>
      <summary>{seconds >= 1 ? `${inWords(seconds)} given back` : 'Time given back'}</summary>
      <div className={styles.list}>
        <TimeLedger ledger={ledger} />
      </div>
    </details>
  );
}
