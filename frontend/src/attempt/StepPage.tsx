import { useEffect, useRef, type ReactNode } from 'react';
import { useAttempt } from '@/attempt/AttemptContext';
import { useCandidateLook } from '@/attempt/candidate-look';
import styles from '@/attempt/StepPage.module.css';

const STEPS = ['Welcome', 'Devices', 'Check', 'Waiting', 'Exam'] as const;

export interface StepPageProps {
  title: string;
  lead?: ReactNode;
  exam?: string | undefined;
  /** Where on the way to the exam this page is; pages off the way have none. */
  step?: (typeof STEPS)[number];
  children?: ReactNode;
  actions?: ReactNode;
}

/** One column, one thing to do: every page of the candidate but the exam room itself. */
export function StepPage({ title, lead, exam, step, children, actions }: StepPageProps) {
  useCandidateLook();
  const heading = useRef<HTMLHeadingElement>(null);
  // A step is a new page to a screen reader, so it begins at its heading.
  useEffect(() => {
    heading.current?.focus();
  }, [title]);
  return (
    <div className={styles.page}>
      <title>{`${title} · Examhall`}</title>
      <header className={styles.head}>
        <img className={styles.mark} src="/favicon.svg" alt="" width="24" height="24" />
        <span className={styles.brand}>Examhall</span>
        {exam !== undefined && (
          <span className={styles.exam} title={exam}>
            {exam}
          </span>
        )}
      </header>
      <main className={styles.main}>
        {step !== undefined && <Steps current={step} />}
        <div className={styles.intro}>
          <h1 className={styles.title} tabIndex={-1} ref={heading}>
            {title}
          </h1>
          {lead !== undefined && <div className={styles.lead}>{lead}</div>}
        </div>
        {children}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </main>
    </div>
  );
}

function Steps({ current }: { current: (typeof STEPS)[number] }) {
  const checks = useAttempt((view) => view.room.camera_check);
  const steps = STEPS.filter((name) => name !== 'Check' || checks);
  const at = steps.indexOf(current);
  return (
    <ol className={styles.steps} aria-label="Steps to the exam">
      {steps.map((name, index) => (
        <li
          key={name}
          className={styles.step}
          data-done={index < at || undefined}
          aria-current={index === at ? 'step' : undefined}
        >
          {name}
        </li>
      ))}
    </ol>
  );
}
