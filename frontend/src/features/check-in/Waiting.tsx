import { useAttempt } from '@/attempt/AttemptContext';
import { Chat } from '@/attempt/Chat';
import { ConnectionBanner } from '@/attempt/ConnectionBanner';
import { DevicePicture } from '@/attempt/DevicePicture';
import { inWords } from '@/attempt/exam-clock';
import { StepPage } from '@/attempt/StepPage';
import { Markdown } from '@/components/ui/Markdown';
import { clockTime, countdown } from '@/format/time';
import { useTick } from '@/format/tick';
import styles from './Waiting.module.css';

/** Everything is ready: time to the start, or the word of the proctor. */
export function Waiting() {
  const room = useAttempt((view) => view.room);
  const ahead = useAttempt((view) => view.clock.aheadMs);
  const camera = useAttempt((view) => view.devices.camera);
  const toStart = useTick((now) => Math.max(0, Math.ceil((room.opens_at - now - ahead) / 1000)));
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
          Stay on this page; your time has not started.
        </p>
      }
    >
      <ConnectionBanner />
      <div className={styles.columns}>
        <div className={styles.box}>
          <h2>{toStart > 0 ? `Opens at ${clockTime(room.opens_at)}` : 'Any moment now'}</h2>
          {toStart > 0 && (
            <p className={styles.count} role="timer">
              {countdown(toStart * 1000)}
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
