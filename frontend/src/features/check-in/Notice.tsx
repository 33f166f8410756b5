import type { Notice } from '@/attempt/attempt-api';
import { inGroups } from '@/components/incident/signals';
import styles from './Welcome.module.css';

/** What the computer looks for, each in one sentence. */
export function Watched({ notice }: { notice: Notice }) {
  const devices = [
    notice.camera ? 'your camera' : null,
    notice.microphone ? 'your microphone' : null,
    notice.screen ? 'your screen' : null,
  ].filter((device) => device !== null);
  return (
    <section className={styles.section}>
      <h2>What is watched, and why</h2>
      <p>
        The exam uses {list(devices)}. The computer looks for these things, so that everybody sits the exam
        under the same conditions. Open a line to read how well each can be told; a person looks before
        anything is decided.
      </p>
      <div className={styles.groups}>
        {inGroups(notice.watched).map(({ plainly, members }) => (
          <details key={plainly}>
            <summary>
              <h3>{plainly}</h3>
              <span>{members.map((one) => one.label.toLowerCase()).join(', ')}</span>
            </summary>
            <ul className={styles.watched}>
              {members.map(({ signal, label, sentence }) => (
                <li key={signal}>
                  <span className={styles.label}>{label}</span>
                  <p>{sentence}</p>
                </li>
              ))}
            </ul>
          </details>
        ))}
      </div>
    </section>
  );
}

/** Who sees it, who decides, how long it is kept, and what a failing network or a change of mind means. */
export function WhatBecomesOfIt({ notice }: { notice: Notice }) {
  return (
    <section className={styles.section}>
      <h2>What happens with it</h2>
      <dl className={styles.facts}>
        <dt>Who sees it</dt>
        <dd>{notice.who_sees}</dd>
        <dt>Who decides</dt>
        <dd>{notice.human_decides}</dd>
        <dt>Recording</dt>
        <dd>{notice.recording_sentence}</dd>
        <dt>How long it is kept</dt>
        <dd>
          {notice.retention_days} {notice.retention_days === 1 ? 'day' : 'days'}, then it is deleted.
        </dd>
        <dt>If your network fails</dt>
        <dd>Keep working. {notice.time_sentence}</dd>
        <dt>If you change your mind</dt>
        <dd>You can withdraw during the exam: it is paused at once and your proctor talks with you.</dd>
      </dl>
    </section>
  );
}

function list(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
