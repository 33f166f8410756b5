import type { AttemptDetail } from '@/api/types';
import { CameraCheckRecord } from '@/components/check/CameraCheckRecord';
import { TimeLedger } from '@/components/time/TimeLedger';
import { clockTime, dateAndTime } from '@/format/time';
import styles from './AttemptReview.module.css';

/** What else belongs to the record: chat, warnings, time given, and the log line by line. */
export function AttemptRecord({ detail }: { detail: AttemptDetail }) {
  return (
    <>
      <CameraCheckRecord card={detail.card} />
      {detail.warnings.length > 0 && (
        <section className={styles.record} aria-label="Warnings">
          <h3>Warnings to the candidate</h3>
          <ol>
            {detail.warnings.map((one) => (
              <li key={one.id}>
                <time>{clockTime(one.at, true)}</time>
                <span>
                  {one.text}{' '}
                  {one.acknowledged_at === null
                    ? '(not acknowledged)'
                    : `(acknowledged ${clockTime(one.acknowledged_at, true)})`}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
      {detail.chat.length > 0 && (
        <section className={styles.record} aria-label="Chat">
          <h3>Chat</h3>
          <ol>
            {detail.chat.map((one) => (
              <li key={one.id}>
                <time>{clockTime(one.at, true)}</time>
                <span>
                  <strong>
                    {one.sender === 'staff' ? (one.sender_name ?? 'Staff') : detail.card.candidate_name}
                  </strong>{' '}
                  {one.text}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
      {detail.credits.length > 0 && (
        <section className={styles.record} aria-label="Time given back">
          <h3>Time given back</h3>
          <TimeLedger ledger={detail.credits} by={(_, index) => detail.credits[index]?.given_by ?? null} />
        </section>
      )}
      <section className={styles.record} aria-label="Record">
        <details>
          <summary>The whole record, {detail.timeline.length} entries</summary>
          <ol>
            {detail.timeline.map((one) => (
              <li key={one.seq}>
                <time title={dateAndTime(one.at)}>{clockTime(one.at, true)}</time>
                <span>{one.words}</span>
              </li>
            ))}
          </ol>
        </details>
      </section>
    </>
  );
}
