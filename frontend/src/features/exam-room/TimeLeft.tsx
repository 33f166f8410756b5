import { useState } from 'react';
import { Clock } from 'lucide-react';
import { useAttempt, useSecondsLeft } from '@/attempt/AttemptContext';
import { inWords } from '@/attempt/exam-clock';
import { Button } from '@/components/ui/Button';
import { countdown } from '@/format/time';
import styles from './ExamRoom.module.css';

/** When the time left is said aloud, in seconds. */
const SAID_AT = [30 * 60, 10 * 60, 5 * 60, 60];

export function TimeLeft() {
  const left = useSecondsLeft();
  const paused = useAttempt((view) => view.state === 'paused');
  const [hidden, setHidden] = useState(false);
  if (left === null) {
    return null;
  }
  const said = SAID_AT.filter((mark) => left <= mark).at(-1);
  return (
    <div className={styles.time}>
      <Clock size={18} aria-hidden />
      {hidden ? (
        <span>Time hidden</span>
      ) : (
        <span role="timer" aria-label="Time left">
          <span className={styles.left}>{countdown(left * 1000)}</span> {paused ? 'left, stopped' : 'left'}
        </span>
      )}
      <Button
        variant="quiet"
        aria-label={hidden ? 'Show the time left' : 'Hide the time left'}
        onPress={() => {
          setHidden(!hidden);
        }}
      >
        {hidden ? 'Show' : 'Hide'}
      </Button>
      <span role="status" className="visually-hidden">
        {said !== undefined && left > said - 5 ? `${inWords(said)} left` : ''}
      </span>
    </div>
  );
}
