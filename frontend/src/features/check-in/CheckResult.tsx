import { Check, Minus } from 'lucide-react';
import type { CheckInView } from '@/attempt/attempt-api';
import { useAttempt } from '@/attempt/AttemptContext';
import { enterFullScreen } from '@/attempt/full-screen';
import { StepPage } from '@/attempt/StepPage';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { worthAgain } from './check-screen';
import { ADVICE_WORDS, DETECTOR_WORDS, STEP_WORDS, type DoneStep } from './check-words';
import { CheckLine } from './CheckLine';
import { useCheckInDone } from './use-check-in-done';
import styles from './CameraCheck.module.css';

/** What could be checked, what could not, and what that means: nothing is held against anybody. */
export function CheckResult({ view, onStep }: { view: CheckInView; onStep: (step: DoneStep) => void }) {
  const room = useAttempt((one) => one.room);
  const done = useCheckInDone();
  const works = view.detectors.filter((one) => one.trusted);
  const off = view.detectors.filter((one) => !one.trusted);
  const again = worthAgain(view);
  return (
    <StepPage
      step="Check"
      exam={room.exam_title}
      title="The check is done"
      lead={
        <p>
          {off.length === 0
            ? 'Everything works with your light and your camera. Stay about where you sit now.'
            : 'Some things do not work here, so they are not used. This is not held against you, and your exam is the same.'}
        </p>
      }
      actions={
        <Button
          variant="primary"
          size="large"
          isPending={done.isPending}
          onPress={() => {
            if (room.watch_fullscreen) void enterFullScreen();
            done.mutate();
          }}
        >
          Continue
        </Button>
      }
    >
      <CheckLine />
      {view.advice === 'photo_differs' && (
        <Banner title={`${ADVICE_WORDS.photo_differs.title}.`}>
          <p>{ADVICE_WORDS.photo_differs.words}</p>
        </Banner>
      )}
      {off.length > 0 && (
        <section className={styles.result} aria-labelledby="check-off">
          <h2 id="check-off">Not used in your exam</h2>
          <ul>
            {off.map(({ detector, reason }) => (
              <li key={detector}>
                <Minus size={18} aria-hidden />
                <div>
                  <p>{DETECTOR_WORDS[detector].off}</p>
                  <p className={styles.hint}>{DETECTOR_WORDS[detector].help ?? reason}</p>
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
      {again.length > 0 && (
        <section className={styles.result} aria-labelledby="check-open">
          <h2 id="check-open">You can try again, if you like</h2>
          <ul>
            {again.map((step) => (
              <li key={step} data-acts>
                <span>{STEP_WORDS[step].title}</span>
                <Button
                  aria-label={`Try it again: ${STEP_WORDS[step].title}`}
                  onPress={() => {
                    onStep(step);
                  }}
                >
                  Try it again
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {works.length > 0 && (
        <section className={styles.result} aria-labelledby="check-works">
          <h2 id="check-works">Works here</h2>
          <ul data-short>
            {works.map(({ detector }) => (
              <li key={detector}>
                <Check size={18} aria-hidden />
                <span>{DETECTOR_WORDS[detector].name}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {done.error !== null && (
        <Banner tone="medium" live="alert" title="This did not work">
          <p>{done.error.message}</p>
        </Banner>
      )}
    </StepPage>
  );
}
