import { Volume2 } from 'lucide-react';
import { useCallback } from 'react';
import { useAttempt } from '@/attempt/AttemptContext';
import styles from '@/attempt/ProctorVoice.module.css';

/** A proctor speaks to this candidate: plays it and says so, wherever the candidate is. */
export function ProctorVoice() {
  const voice = useAttempt((view) => view.proctorVoice);
  const play = useCallback(
    (audio: HTMLAudioElement | null) => {
      if (audio !== null) audio.srcObject = voice;
    },
    [voice],
  );
  return (
    <div role="status">
      {voice !== null && (
        <p className={styles.speaking}>
          <Volume2 size={18} aria-hidden /> Your proctor is speaking to you.
          {/* A live voice has no captions to offer; the chat is there too. */}
          {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
          <audio ref={play} autoPlay />
        </p>
      )}
    </div>
  );
}
