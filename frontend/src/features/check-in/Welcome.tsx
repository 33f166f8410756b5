import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import type { Notice } from '@/attempt/attempt-api';
import { useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import { inWords } from '@/attempt/exam-clock';
import { StepPage } from '@/attempt/StepPage';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Markdown } from '@/components/ui/Markdown';
import { span, zoneName } from '@/format/time';
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
      <Facts notice={room.notice} />
      {trouble !== null && (
        <Banner tone="medium" live="alert" title="This did not work">
          <p>{trouble.message}</p>
        </Banner>
      )}
    </StepPage>
  );
}

function Watched({ notice }: { notice: Notice }) {
  const devices = [
    notice.camera ? 'your camera' : null,
    notice.microphone ? 'your microphone' : null,
    notice.screen ? 'your screen' : null,
  ].filter((device) => device !== null);
  return (
    <section className={styles.section}>
      <h2>What is watched, and why</h2>
      <p>
        The exam uses {list(devices)}. The computer looks for these things, so that everybody sits the exam
        under the same conditions:
      </p>
      <ul className={styles.watched}>
        {notice.watched.map(({ signal, label, sentence }) => (
          <li key={signal}>
            <span className={styles.label}>{label}</span>
            <p>{sentence}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ notice }: { notice: Notice }) {
  return (
    <section className={styles.section}>
      <h2>What happens with it</h2>
      <dl className={styles.facts}>
        <dt>Who sees it</dt>
        <dd>{notice.who_sees}</dd>
        <dt>Who decides</dt>
        <dd>{notice.human_decides}</dd>
        <dt>How long it is kept</dt>
        <dd>
          {notice.retention_days} {notice.retention_days === 1 ? 'day' : 'days'}, then it is deleted.
        </dd>
        <dt>If your network fails</dt>
        <dd>
          Keep working. Up to {inWords(notice.network_credit_limit_s)} of lost connection are given back to
          you by itself; beyond that your proctor decides.
        </dd>
        <dt>If you change your mind</dt>
        <dd>You can withdraw during the exam: it is paused at once and your proctor talks with you.</dd>
      </dl>
    </section>
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

function list(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
