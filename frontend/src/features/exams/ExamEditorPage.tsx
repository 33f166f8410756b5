import { Link, useParams } from 'react-router';
import type { Exam, Me } from '@/api/types';
import { LoadProblem, StaffPage, Waiting } from '@/components/staff/StaffPage';
import { span } from '@/format/time';
import { useTick } from '@/format/tick';
import { PHASE_WORDS, phaseOf } from './exam-phase';
import { MembersGroup } from './MembersGroup';
import { PolicyGroup } from './PolicyGroup';
import { useExam } from './queries';
import { RosterGroup } from './RosterGroup';
import { WhatGroup } from './WhatGroup';
import { WhenGroup } from './WhenGroup';
import styles from './ExamEditor.module.css';

export function ExamEditorPage() {
  const { examId = '' } = useParams();
  return <StaffPage title="Exam">{(me) => <Editor key={examId} examId={examId} me={me} />}</StaffPage>;
}

function Editor({ examId, me }: { examId: string; me: Me }) {
  const exam = useExam(examId);
  if (exam.isError) return <LoadProblem error={exam.error} onRetry={() => void exam.refetch()} />;
  if (exam.data === undefined) return <Waiting what="the exam" />;
  return <Groups exam={exam.data} mayEdit={me.role === 'admin'} />;
}

function Groups({ exam, mayEdit }: { exam: Exam; mayEdit: boolean }) {
  const phase = useTick((now) => phaseOf(exam, now));
  return (
    <>
      <title>{`${exam.title} · Examhall`}</title>
      <header className={styles.head}>
        <div>
          <h1 className={styles.title}>{exam.title}</h1>
          <p className={styles.sub}>
            <span>{PHASE_WORDS[phase]}</span>
            <span>{span(exam.opens_at, exam.closes_at)}</span>
            <span>
              {exam.counts.candidates} {exam.counts.candidates === 1 ? 'candidate' : 'candidates'}
            </span>
          </p>
        </div>
        <nav className={styles.links} aria-label="Pages of this exam">
          <Link className={styles.link} to={`/exams/${exam.id}/wall`}>
            Proctor wall
          </Link>
          <Link className={styles.link} to={`/exams/${exam.id}/review`}>
            Review
          </Link>
        </nav>
      </header>
      {!mayEdit && <p className={styles.hint}>You can read this; administrators change it.</p>}
      <WhatGroup exam={exam} mayEdit={mayEdit} />
      <WhenGroup exam={exam} mayEdit={mayEdit} />
      <RosterGroup exam={exam} mayEdit={mayEdit} />
      {mayEdit && <MembersGroup exam={exam} />}
      <PolicyGroup exam={exam} mayEdit={mayEdit} />
    </>
  );
}
