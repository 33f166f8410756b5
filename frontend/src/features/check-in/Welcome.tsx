import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import { inWords } from '@/attempt/exam-clock';
import { StepPage } from '@/attempt/StepPage';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Markdown } from '@/components/ui/Markdown';
import { span, zoneName } from '@/format/time';
import { WhatBecomesOfIt, Watched } from './Notice';
import styles from './Welcome.module.css';

/** What is watched, why, how long it is kept and who sees it; then the candidate decides. */
export function Welcome() {
  const session = useAttemptSession();
  const room = useAttempt((view) => view.room);
  const [refused, setRefused] = useState(false);
  const agree = useMutation({ mutationFn: () => session.agree() });
  const refuse = useMutation({
    mutationFn: () => session.refuse(),
    onSuccess: () => {
      setRefused(true);
    },
  });
  if (refused) {
    return (
      <Refused
        onBack={() => {
          setRefused(false);
        }}
      />
    );
  }
  const trouble = agree.error ?? refuse.error;
  return (
    <StepPage
      step="Welcome"
      exam={room.exam_title}
      title={`Welcome, ${room.candidate_name}`}
      lead={
        <p>
          This is {room.exam_title}, open {span(room.opens_at, room.closes_at)}, {zoneName(room.opens_at)}.
          You have {inWords(room.clock.duration_s)}. First, please read what is watched during the exam.
        </p>
      }
      actions={
        <>
          <Button
            variant="primary"
            size="large"
            isPending={agree.isPending}
            onPress={() => {
              agree.mutate();
            }}
          >
            I agree, continue
          </Button>
          <Button
            size="large"
            isPending={refuse.isPending}
            onPress={() => {
              refuse.mutate();
            }}
          >
            I do not agree
          </Button>
        </>
      }
    >
      {room.instructions !== '' && (
        <section className={styles.section}>
          <h2>About this exam</h2>
          <Markdown text={room.instructions} />
        </section>
      )}
      <Watched notice={room.notice} />
      <WhatBecomesOfIt notice={room.notice} />
      {trouble !== null && (
        <Banner tone="medium" live="alert" title="This did not work">
          <p>{trouble.message}</p>
        </Banner>
      )}
    </StepPage>
  );
}

function Refused({ onBack }: { onBack: () => void }) {
  const room = useAttempt((view) => view.room);
  return (
    <StepPage
      exam={room.exam_title}
      title="You did not agree"
      lead={
        <p>That is your right, and it is not held against you. Nothing was watched and no device was used.</p>
      }
      actions={
        <Button size="large" onPress={onBack}>
          Read it again
        </Button>
      }
    >
      <p>
        The people who run this exam have been told, so that they can offer you another way to sit it. Contact
        them if you do not hear from them. You can close this page now, or read the notice again and decide
        otherwise.
      </p>
    </StepPage>
  );
}
