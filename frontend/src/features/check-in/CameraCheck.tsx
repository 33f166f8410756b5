import { useEffect, useState, type ReactNode } from 'react';
import type { CheckInView } from '@/attempt/attempt-api';
import { useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import { StepPage } from '@/attempt/StepPage';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { checkScreen, plannedSteps } from './check-screen';
import { ADVICE_WORDS, STEP_WORDS, type DoneStep } from './check-words';
import { CheckLine } from './CheckLine';
import { CheckPicture } from './CheckPicture';
import { CheckResult } from './CheckResult';
import { CheckStep } from './CheckStep';
import { CornerPoints } from './CornerPoints';
import { StepButton } from './StepButton';
import { StepCount } from './StepCount';
import { useCheckInDone } from './use-check-in-done';
import styles from './CameraCheck.module.css';

const SKIPPING =
  'Skipping needs no reason. What depends on the step is switched off in your exam, and your proctor sees only that it was skipped.';
/** A step that was tried is told as what it was: not done. */
const GOING_ON =
  'You can go on without it. What depends on the step is switched off in your exam. Your proctor sees that it did not work and why, and it is not held against you.';

/** What can be seen and heard of this candidate, in this light, with this camera: tried before anything counts. */
export function CameraCheck() {
  const session = useAttemptSession();
  const view = useAttempt((one) => one.checkIn);
  const [begun, setBegun] = useState(false);
  const [ready, setReady] = useState(false);
  const line = useAttempt((one) => one.connection);
  // Begins it, and after every loss of the line asks where it stands.
  useEffect(() => {
    if (begun && (line === 'open' || line === 'limited')) session.checkCamera(null);
  }, [session, begun, line]);
  const screen = checkScreen(view, begun, ready);
  const begin = (step: DoneStep) => {
    setReady(step === 'calibrate');
    session.checkCamera(step);
  };
  const skip = (step: DoneStep) => {
    setReady(false);
    session.checkCamera(step, true);
  };
  switch (screen.is) {
    case 'intro':
      return (
        <Intro
          onStart={() => {
            setBegun(true);
          }}
        />
      );
    case 'starting':
      return <Starting />;
    case 'before_points':
      return (
        <BeforePoints
          view={screen.view}
          onReady={() => {
            begin('calibrate');
          }}
          onSkip={() => {
            skip('calibrate');
          }}
        />
      );
    case 'points':
      return (
        <CornerPoints
          view={screen.view}
          onAgain={() => {
            begin('calibrate');
          }}
          onSkip={() => {
            skip('calibrate');
          }}
        />
      );
    case 'step':
      return (
        <CheckStep
          key={screen.step}
          step={screen.step}
          view={screen.view}
          onAgain={() => {
            begin(screen.step);
          }}
          onSkip={() => {
            skip(screen.step);
          }}
        />
      );
    case 'failed':
      return (
        <Failed
          step={screen.step}
          view={screen.view}
          onAgain={() => {
            begin(screen.step);
          }}
          onSkip={() => {
            skip(screen.step);
          }}
        />
      );
    case 'done':
      return <CheckResult view={screen.view} onStep={begin} />;
  }
}

function Intro({ onStart }: { onStart: () => void }) {
  const notice = useAttempt((view) => view.room.notice);
  return (
    <CheckPage
      title="Camera check"
      lead={
        <p>
          We try what works with your face, your light and your camera. It takes about a minute. What does not
          work for you is switched off in your exam, and that is not held against you.
        </p>
      }
      actions={
        <Button variant="primary" size="large" onPress={onStart}>
          Start the check
        </Button>
      }
    >
      <ol className={styles.plan}>
        {plannedSteps(notice.watched).map((step) => (
          <li key={step}>{STEP_WORDS[step].plan}</li>
        ))}
      </ol>
      <p className={styles.hint}>
        You can try each step again and skip any of them. Good light from the front helps; glasses,
        headscarves and masks you need are fine.
      </p>
    </CheckPage>
  );
}

/** The server has not said yet where the check stands. */
function Starting() {
  const done = useCheckInDone();
  return (
    <CheckPage
      title="Camera check"
      lead={<p role="status">One moment: the check begins as soon as your connection stands.</p>}
      actions={
        <Button
          size="large"
          isPending={done.isPending}
          onPress={() => {
            done.mutate();
          }}
        >
          Go on without the check
        </Button>
      }
    >
      <p className={styles.hint}>{SKIPPING}</p>
      {done.error !== null && (
        <Banner tone="medium" live="alert" title="This did not work">
          <p>{done.error.message}</p>
        </Banner>
      )}
    </CheckPage>
  );
}

function BeforePoints({
  view,
  onReady,
  onSkip,
}: {
  view: CheckInView;
  onReady: () => void;
  onSkip: () => void;
}) {
  return (
    <CheckPage
      title={STEP_WORDS.calibrate.title}
      progress={<StepCount step="calibrate" view={view} />}
      lead={
        <p>
          A dot appears in the middle of this window and then in its corners, one after the other. Follow it
          with your eyes. It takes about 15 seconds and shows how far you look while you work.
        </p>
      }
      actions={
        <>
          <StepButton variant="primary" onPress={onReady}>
            I am ready
          </StepButton>
          <StepButton onPress={onSkip}>Skip this step</StepButton>
        </>
      }
    >
      <p className={styles.hint}>
        Make the window large first, if you can. Skip this step if you cannot follow a dot with your eyes.{' '}
        {SKIPPING}
      </p>
    </CheckPage>
  );
}

function Failed({
  step,
  view,
  onAgain,
  onSkip,
}: {
  step: DoneStep;
  view: CheckInView;
  onAgain: () => void;
  onSkip: () => void;
}) {
  const advice = view.advice === null ? null : ADVICE_WORDS[view.advice];
  return (
    <CheckPage
      title="That did not work yet"
      progress={<StepCount step={step} view={view} />}
      lead={
        <p>
          {STEP_WORDS[step].title}: it took too long, which happens often.{' '}
          {advice === null && 'Try once more.'}
        </p>
      }
      actions={
        <>
          <StepButton variant="primary" onPress={onAgain}>
            Try again
          </StepButton>
          <StepButton onPress={onSkip}>Skip this step</StepButton>
        </>
      }
    >
      {advice !== null && (
        <Banner title={advice.title}>
          <p>{advice.words}</p>
        </Banner>
      )}
      {step !== 'voice' && (
        <div className={styles.small}>
          <CheckPicture progress={0} />
        </div>
      )}
      <p className={styles.hint}>{GOING_ON}</p>
    </CheckPage>
  );
}

function CheckPage({
  title,
  lead,
  progress,
  actions,
  children,
}: {
  title: string;
  lead: ReactNode;
  progress?: ReactNode;
  actions: ReactNode;
  children: ReactNode;
}) {
  const exam = useAttempt((view) => view.room.exam_title);
  return (
    <StepPage step="Check" exam={exam} title={title} lead={lead} actions={actions}>
      <CheckLine />
      {progress !== undefined && <p className={styles.count}>{progress}</p>}
      {children}
    </StepPage>
  );
}
