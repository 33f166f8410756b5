import { useMutation } from '@tanstack/react-query';
import { useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import { Chat } from '@/attempt/Chat';
import { ConnectionBanner } from '@/attempt/ConnectionBanner';
import { StepPage } from '@/attempt/StepPage';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { WhatBecomesOfIt, Watched } from './Notice';
import waiting from './Waiting.module.css';
import styles from './Welcome.module.css';

/** Consent withdrawn on the way: nothing is watched any more, and the way back is open. */
export function Withdrawn() {
  const session = useAttemptSession();
  const room = useAttempt((view) => view.room);
  const paused = useAttempt((view) => view.state === 'paused');
  const agree = useMutation({ mutationFn: () => session.agree() });
  return (
    <StepPage
      exam={room.exam_title}
      title="You withdrew your consent"
      lead={
        <p>
          That is your right, and it is not held against you. Camera, microphone and screen are off
          {paused ? ', your exam is paused, and its clock stands still' : ''}.
        </p>
      }
      actions={
        <Button
          size="large"
          isPending={agree.isPending}
          onPress={() => {
            agree.mutate();
          }}
        >
          I agree again, go back to the exam
        </Button>
      }
    >
      <ConnectionBanner />
      <section className={waiting.box}>
        <h2>Talk with your proctor</h2>
        <p>Your proctor has been told. Write here how you would like to go on, or what worries you.</p>
        <Chat />
      </section>
      <details className={styles.again}>
        <summary>Read again what is watched</summary>
        <Watched notice={room.notice} />
        <WhatBecomesOfIt notice={room.notice} />
      </details>
      {agree.error !== null && (
        <Banner tone="medium" live="alert" title="This did not work">
          <p>{agree.error.message}</p>
        </Banner>
      )}
    </StepPage>
  );
}
