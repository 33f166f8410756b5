import { Plus } from 'lucide-react';
import { Link } from 'react-router';
import type { ExamSummary, Me } from '@/api/types';
import { LoadProblem, StaffPage, Waiting } from '@/components/staff/StaffPage';
import { EmptyState } from '@/components/ui/EmptyState';
import { howLong, span, zoneName } from '@/format/time';
import { useTick } from '@/format/tick';
import { PHASE_WORDS, phaseOf, type Phase } from './exam-phase';
import { useExams } from './queries';
import styles from './ExamsPage.module.css';

export function ExamsPage() {
  return <StaffPage title="Exams">{(me) => <Exams me={me} />}</StaffPage>;
}

function Exams({ me }: { me: Me }) {
  const exams = useExams();
  const now = useTick((at) => at - (at % 1000));
  return (
    <>
      <header className={styles.head}>
        <div>
          <h1>Exams</h1>
          <p className={styles.zone}>Times in {zoneName(now)}</p>
        </div>
        {me.role === 'admin' && (
          <Link className={styles.create} to="/exams/new">
            <Plus size={16} aria-hidden /> New exam
          </Link>
        )}
      </header>
      {exams.isError ? (
        <LoadProblem error={exams.error} onRetry={() => void exams.refetch()} />
      ) : exams.data === undefined ? (
        <Waiting what="the exams" />
      ) : (
        <Lists exams={exams.data} me={me} now={now} />
      )}
    </>
  );
}

const ORDER: readonly Phase[] = ['open', 'planned', 'over'];

function Lists({ exams, me, now }: { exams: readonly ExamSummary[]; me: Me; now: number }) {
  const shown = exams.filter((exam) => !exam.archived);
  if (shown.length === 0) {
    return (
      <EmptyState title="No exams yet">
        {me.role === 'admin' ? (
          <p>
            <Link to="/exams/new">Create the first one</Link>: what, when, who, and what is watched.
          </p>
        ) : (
          <p>An administrator adds you to the exams that you proctor or review. They appear here then.</p>
        )}
      </EmptyState>
    );
  }
  return ORDER.map((phase) => {
    const exams = shown
      .filter((exam) => phaseOf(exam, now) === phase)
      .sort((a, b) => (phase === 'over' ? b.closes_at - a.closes_at : a.opens_at - b.opens_at));
    if (exams.length === 0) return null;
    return (
      <section key={phase} className={styles.group} aria-labelledby={`phase-${phase}`}>
        <h2 id={`phase-${phase}`}>{PHASE_WORDS[phase]}</h2>
        <ul>
          {exams.map((exam) => (
            <ExamRow key={exam.id} exam={exam} phase={phase} />
          ))}
        </ul>
      </section>
    );
  });
}

function ExamRow({ exam, phase }: { exam: ExamSummary; phase: Phase }) {
  const { counts } = exam;
  const figures: readonly [string, number][] = [
    ['candidates', counts.candidates],
    ['live', counts.live],
    ['waiting', counts.waiting],
    ['paused', counts.paused],
    ['over', counts.over],
  ];
  return (
    <li className={styles.exam} data-phase={phase}>
      <div className={styles.what}>
        <h3>
          <Link to={`/exams/${exam.id}`}>{exam.title}</Link>
        </h3>
        <p>
          {span(exam.opens_at, exam.closes_at)} · {howLong(exam.duration_s * 1000)}
        </p>
      </div>
      <dl className={styles.figures}>
        {figures
          .filter(([word, count], index) => index === 0 || (count > 0 && word !== ''))
          .map(([word, count]) => (
            <div key={word}>
              <dt>{word}</dt>
              <dd>{count}</dd>
            </div>
          ))}
        {counts.undecided_incidents > 0 && (
          <div data-undecided>
            <dt>undecided</dt>
            <dd>{counts.undecided_incidents}</dd>
          </div>
        )}
      </dl>
      <nav className={styles.links} aria-label={`Pages of ${exam.title}`}>
        <Link to={`/exams/${exam.id}/wall`} data-main={phase === 'open' || undefined}>
          Wall
        </Link>
        <Link to={`/exams/${exam.id}/review`} data-main={phase === 'over' || undefined}>
          Review
        </Link>
        <Link to={`/exams/${exam.id}`}>Set up</Link>
      </nav>
    </li>
  );
}
