import { useEffect, useState } from 'react';
import { useParams } from 'react-router';
import { ApiProblem } from '@/api/client';
import { getRoom } from '@/attempt/attempt-api';
import { AttemptContext, useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import { AttemptSession } from '@/attempt/attempt-session';
import { ProctorVoice } from '@/attempt/ProctorVoice';
import { isOver } from '@/attempt/states';
import { StepPage } from '@/attempt/StepPage';
import { Button } from '@/components/ui/Button';
import { CheckIn } from '@/features/check-in/CheckIn';
import { ResumeDevices } from '@/features/check-in/ResumeDevices';
import { Waiting } from '@/features/check-in/Waiting';
import { Welcome } from '@/features/check-in/Welcome';
import { Withdrawn } from '@/features/check-in/Withdrawn';
import { EndPage } from '@/features/exam-room/EndPage';
import { ExamRoom } from '@/features/exam-room/ExamRoom';
import { takePageLock } from '@/media/page-lock';

type Opening =
  | { is: 'opening' }
  | { is: 'elsewhere' }
  | { is: 'failed'; error: unknown }
  | { is: 'open'; session: AttemptSession };

/** The candidate's one address: what it shows follows the attempt's state, so a reload goes on where it was. */
export function Component() {
  const { attemptId = '' } = useParams();
  const [tries, setTries] = useState(0);
  const opening = useOpenAttempt(attemptId, tries);
  const again = () => {
    setTries(tries + 1);
  };
  switch (opening.is) {
    case 'opening':
      return <StepPage title="Opening your exam" lead={<p role="status">One moment.</p>} />;
    case 'elsewhere':
      return <OpenElsewhere onRetry={again} />;
    case 'failed':
      return <Failed error={opening.error} onRetry={again} />;
    case 'open':
      return (
        <AttemptContext value={opening.session}>
          <Flow />
          <ProctorVoice />
        </AttemptContext>
      );
  }
}

function useOpenAttempt(attemptId: string, tries: number): Opening {
  const [opening, setOpening] = useState<Opening>({ is: 'opening' });
  useEffect(() => {
    let gone = false;
    let close = (): void => undefined;
    const open = async (): Promise<Opening> => {
      const letGo = await takePageLock(attemptId);
      if (letGo === null) return { is: 'elsewhere' };
      close = letGo;
      const session = await AttemptSession.create(await getRoom(attemptId));
      close = () => {
        session.stop();
        letGo();
      };
      return { is: 'open', session };
    };
    open()
      .catch((error: unknown): Opening => ({ is: 'failed', error }))
      .then((next) => {
        if (gone || next.is === 'failed') close();
        if (gone) return;
        if (next.is === 'open') next.session.start();
        setOpening(next);
      })
      .catch(() => undefined);
    return () => {
      gone = true;
      close();
      setOpening({ is: 'opening' });
    };
  }, [attemptId, tries]);
  return opening;
}

function Flow() {
  const session = useAttemptSession();
  const state = useAttempt((view) => view.state);
  const refused = useAttempt((view) => view.refused);
  const consented = useAttempt((view) => view.room.consented);
  const devicesReady = useAttempt((view) => view.devicesReady);
  if (isOver(state) || refused === 'over') {
    return <EndPage />;
  }
  if (refused === 'second_device' || refused === 'replaced') {
    return (
      <OpenElsewhere
        onRetry={() => {
          session.tryAgain();
        }}
      />
    );
  }
  if (refused === 'signed_out') {
    return <SignedOut />;
  }
  if (state === 'invited') {
    return <Welcome />;
  }
  if (!consented) {
    return <Withdrawn />;
  }
  if (state === 'checking_in') {
    return <CheckIn />;
  }
  if (!devicesReady) {
    return <ResumeDevices />;
  }
  return state === 'waiting' ? <Waiting /> : <ExamRoom />;
}

function OpenElsewhere({ onRetry }: { onRetry: () => void }) {
  return (
    <StepPage
      title="Your exam is already open"
      lead={
        <p>
          It is open in another tab, window or device. It can be open only once, so this page stays still.
        </p>
      }
      actions={
        <Button variant="primary" size="large" onPress={onRetry}>
          Try again here
        </Button>
      }
    >
      <p>Go on there, or close it there first and try again here. Your time is not affected by this page.</p>
    </StepPage>
  );
}

function SignedOut() {
  return (
    <StepPage title="Open your link again" lead={<p>This browser is not let into the exam any more.</p>}>
      <p>
        Open the link from your invitation once more: you go on where you were. If the link does not work, ask
        the people who sent it.
      </p>
    </StepPage>
  );
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof ApiProblem && (error.status === 401 || error.status === 403 || error.status === 404)) {
    return <SignedOut />;
  }
  if (error instanceof ApiProblem && error.status === 410) {
    return (
      <StepPage title="This exam is over" lead={<p>{error.message}</p>}>
        <p>You can close this page.</p>
      </StepPage>
    );
  }
  return (
    <StepPage
      title="Your exam could not be opened"
      lead={<p>{error instanceof ApiProblem ? error.message : 'Something went wrong on this page.'}</p>}
      actions={
        <Button variant="primary" size="large" onPress={onRetry}>
          Try again
        </Button>
      }
    />
  );
}
