import { useCallback } from 'react';
import styles from '@/attempt/DevicePicture.module.css';

/** The candidate's own camera, as in a mirror. */
export function DevicePicture({ stream }: { stream: MediaStream }) {
  const play = useCallback(
    (video: HTMLVideoElement | null) => {
      if (video !== null) video.srcObject = stream;
    },
    [stream],
  );
  // It is silent and live: there is nothing to caption.

  return (
    <video className={styles.picture} ref={play} autoPlay muted playsInline aria-label="Your own picture" />
  );
}
