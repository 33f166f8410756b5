import { useAttempt } from '@/attempt/AttemptContext';
import { Chat } from '@/attempt/Chat';
import { ConnectionBanner } from '@/attempt/ConnectionBanner';
import { DevicePicture } from '@/attempt/DevicePicture';
import { inWords } from '@/attempt/exam-clock';
import { StepPage } from '@/attempt/StepPage';
import { Markdown } from '@/components/ui/Markdown';
import { clockTime, countdown, dateAndTime, howLong } from '@/format/time';
import { pageNow } from '@/format/page-time';
import { useTick } from '@/format/tick';
import styles from './Waiting.module.css';

/** Everything is ready: time to the start, or the word of the proctor. */
export function Waiting() {
  const room = useAttempt((view) => view.room);
  const ahead = useAttempt((view) => view.clock.aheadMs);
  const camera = useAttempt((view) => view.devices.camera);
  const toStart = useTick((_, steady) => Math.max(0, Math.ceil((room.opens_at - steady - ahead) / 1000)));
  return (
    <StepPage
      step="Waiting"
      exam={room.exam_title}
      title="You are ready"
      lead={
        <p>
          {room.admission === 'proctor'
            ? 'Your proctor will let you in. '
            : 'The exam opens by itself at its time. '}
          Your time has not started.{' '}
          {toStart > 3600
            ? 'You may close this page and come back with the same link.'
            : 'Stay on this page.'}
        </p>
      }
    >
      <ConnectionBanner />
      <div className={styles.columns}>
        <div className={styles.box}>
          <h2>{toStart > 0 ? `Opens ${when(room.opens_at, ahead)}` : nowWords(room.admission)}</h2>
          {toStart > 0 && (
            <p className={styles.count} role="timer">
              {untilStart(toStart)}
            </p>
          )}
          <p>You will have {inWords(room.clock.duration_s)}.</p>
          {camera.status === 'on' && <DevicePicture stream={camera.stream} />}
        </div>
        <section className={styles.box}>
          <h2>Chat with your proctor</h2>
          <Chat />
        </section>
      </div>
      {room.instructions !== '' && (
        <section className={styles.box}>
          <h2>About this exam</h2>
          <Markdown text={room.instructions} />
        </section>
      )}
    </StepPage>
  );
}

function nowWords(admission: string): string {
  return admission === 'proctor' ? 'Your proctor sees that you are here' : 'Any moment now';
}

/** "at 14:00" today, with the day on any other. */
function when(at: number, aheadMs: number): string {
  const today = new Date(pageNow() + aheadMs).toDateString() === new Date(at).toDateString();
  return today ? `at ${clockTime(at)}` : dateAndTime(at);
}

const DAY_S = 24 * 3600;

/** Counts seconds on the last day only: nobody waits for days by the second. */
function untilStart(seconds: number): string {
  if (seconds < DAY_S) {
    return countdown(seconds * 1000);
  }
  const days = Math.floor(seconds / DAY_S);
  return `${days} d ${howLong((seconds % DAY_S) * 1000).replace(/ \d+ min$/, '')}`;
}
