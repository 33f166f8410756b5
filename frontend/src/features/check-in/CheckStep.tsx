import { Lightbulb } from 'lucide-react';
import type { CheckInView } from '@/attempt/attempt-api';
import { useAttempt } from '@/attempt/AttemptContext';
import { StepPage } from '@/attempt/StepPage';
import { ADVICE_WORDS, SENTENCE, STEP_WORDS, turnWords, type DoneStep } from './check-words';
import { CheckLine } from './CheckLine';
import { CheckPicture } from './CheckPicture';
import { StepButton } from './StepButton';
import { StepCount } from './StepCount';
import { DeviceRow } from './DeviceRow';
import { Meter } from './Meter';
import styles from './CameraCheck.module.css';

/** One step with one instruction; advice comes and goes under the picture, in a place that is kept for it. */
export function CheckStep({
  step,
  view,
  onAgain,
  onSkip,
}: {
  step: Exclude<DoneStep, 'calibrate'>;
  view: CheckInView;
  onAgain: () => void;
  onSkip: () => void;
}) {
  const exam = useAttempt((one) => one.room.exam_title);
  const { title, instruction } = STEP_WORDS[step];
  const advice = view.advice === null ? null : ADVICE_WORDS[view.advice];
  return (
    <StepPage
      step="Check"
      exam={exam}
      title={title}
      lead={<p>{instruction}</p>}
      actions={
        <>
          <StepButton onPress={onAgain}>Begin this step again</StepButton>
          <StepButton variant="quiet" onPress={onSkip}>
            Skip this step
          </StepButton>
        </>
      }
    >
      <CheckLine />
      <div className={styles.stage}>
        {step === 'voice' ? (
          <ReadAloud progress={view.progress} />
        ) : (
          <CheckPicture progress={view.progress} target={view.target} />
        )}
        {step === 'challenge' && (
          <p className={styles.target} role="status">
            {turnWords(view.target)}
          </p>
        )}
        <p className={styles.count}>
          <StepCount step={step} view={view} />
          <progress className="visually-hidden" aria-label={title} value={view.progress} max={1} />
        </p>
        <div role="status" className={styles.advice} data-said={advice !== null || undefined}>
          {advice !== null && (
            <>
              <Lightbulb size={20} aria-hidden />
              <p>
                <strong>{advice.title}.</strong> {advice.words}
              </p>
            </>
          )}
        </div>
      </div>
    </StepPage>
  );
}

function ReadAloud({ progress }: { progress: number }) {
  const microphone = useAttempt((one) => one.devices.microphone);
  if (microphone.status !== 'on' || microphone.silent) {
    return <DeviceRow kind="microphone" />;
  }
  return (
    <div className={styles.read}>
      <p className={styles.sentence}>{SENTENCE}</p>
      <Meter stream={microphone.stream} />
      <div className={styles.bar} aria-hidden>
        <div style={{ transform: `scaleX(${progress})` }} />
      </div>
    </div>
  );
}
