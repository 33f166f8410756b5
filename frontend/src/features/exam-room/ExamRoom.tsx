import { useAttempt, useSecondsLeft } from '@/attempt/AttemptContext';
import { useCandidateLook } from '@/attempt/candidate-look';
import { inWords } from '@/attempt/exam-clock';
import { Content } from './Content';
import { Notes } from './Notes';
import { Panel } from './Panel';
import { TimeGiven } from './TimeGiven';
import { TimeLeft } from './TimeLeft';
import styles from './ExamRoom.module.css';

/** The exam takes most of the page; everything else is beside it or waits above it. */
export function ExamRoom() {
  useCandidateLook();
  const title = useAttempt((view) => view.room.exam_title);
  const paused = useAttempt((view) => view.state === 'paused');
  return (
    <div className={styles.room}>
      <title>{`${title} · Examhall`}</title>
      <div className={styles.top}>
        <header className={styles.head}>
          <h1 className={styles.title} title={title}>
            {title}
          </h1>
          <TimeGiven />
          <TimeLeft />
        </header>
        <Notes />
      </div>
      <main className={styles.content}>
        <div role="status">{paused && <Paused />}</div>
        {/* Hidden, not removed: a page in a frame keeps what was entered. */}
        <div hidden={paused} data-content>
          <Content />
        </div>
      </main>
      <Panel />
    </div>
  );
}

function Paused() {
  const by = useAttempt((view) => view.pausedBy);
  const reason = useAttempt((view) => view.reason);
  const left = useSecondsLeft();
  return (
    <div className={styles.paused}>
      <h2>Your exam is paused</h2>
      <p>It was paused by {by ?? 'your proctor'}. The clock stands still.</p>
      {reason !== null && <p>What was said: {reason}</p>}
      <p>
        {left !== null && `${inWords(left)} are kept for you. `}Your work stays as it is and is hidden until
        the exam goes on.
      </p>
      <p>Stay where you are. You can write to your proctor in the chat; the exam comes back by itself.</p>
    </div>
  );
}
