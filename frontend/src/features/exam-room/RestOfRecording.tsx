import { useAttempt } from '@/attempt/AttemptContext';
import { Banner } from '@/components/ui/Banner';
import styles from './RestOfRecording.module.css';

/** After the end: what of the recording is still on its way, and whether the candidate may go. */
export function RestOfRecording() {
  const { waiting, sent } = useAttempt((view) => view.recording);
  const off = 'Camera, microphone and screen are off now.';
  return (
    <div role="status">
      {waiting === 0 ? (
        <p>
          {off} {sent > 0 && 'The whole recording has been sent. '}You can close this page.
        </p>
      ) : (
        <Banner title="Sending the rest of the recording">
          <p>{off} You may stay until it is done; your exam is handed in either way.</p>
          <progress
            className={styles.progress}
            aria-label="Recording sent"
            value={sent}
            max={sent + waiting}
          />
          <p>
            {waiting} {waiting === 1 ? 'piece is' : 'pieces are'} left. If you have to go, open the same link
            in this browser within 24 hours: the rest is sent then.
          </p>
        </Banner>
      )}
    </div>
  );
}
