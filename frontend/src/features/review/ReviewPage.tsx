import { useState } from 'react';
import { Link, useParams } from 'react-router';
import type { ReviewItem } from '@/api/types';
import { LoadProblem, SignedIn, Waiting } from '@/components/staff/StaffPage';
import { TopBar } from '@/components/staff/TopBar';
import { EmptyState } from '@/components/ui/EmptyState';
import { SeverityMark } from '@/components/ui/SeverityMark';
import { StateMark } from '@/components/ui/StateMark';
import { AttemptReview } from './AttemptReview';
import { useReview } from './queries';
import styles from './ReviewPage.module.css';

/** Attempts at the left, most undecided first; the chosen one at the right. */
export function ReviewPage() {
  const { examId = '' } = useParams();
  const review = useReview(examId);
  const [chosen, setChosen] = useState<string | null>(null);
  const items = review.data ?? [];
  const current = items.find((one) => one.attempt_id === chosen) ?? items[0];
  const remaining = items.reduce((sum, one) => sum + one.undecided, 0);
  return (
    <SignedIn>
      {(me) => (
        <div className={styles.page}>
          <title>{'Review · Examhall'}</title>
          <TopBar
            me={me}
            where={
              <>
                <h1 className={styles.title}>Review</h1>
                <Link to={`/exams/${examId}/wall`}>Wall</Link>
                {review.data !== undefined && (
                  <p role="status">{remaining === 0 ? 'Everything is decided' : `${remaining} undecided`}</p>
                )}
              </>
            }
          />
          <main className={styles.columns}>
            {review.isError ? (
              <LoadProblem error={review.error} onRetry={() => void review.refetch()} />
            ) : review.data === undefined ? (
              <Waiting what="the attempts" />
            ) : items.length === 0 || current === undefined ? (
              <EmptyState title="Nothing to review yet">
                <p>Attempts appear here as soon as candidates have started.</p>
              </EmptyState>
            ) : (
              <>
                <nav className={styles.list} aria-label="Attempts, most undecided first">
                  <ul>
                    {items.map((one) => (
                      <Item
                        key={one.attempt_id}
                        item={one}
                        current={one === current}
                        onChoose={() => {
                          setChosen(one.attempt_id);
                        }}
                      />
                    ))}
                  </ul>
                </nav>
                <AttemptReview key={current.attempt_id} attemptId={current.attempt_id} />
              </>
            )}
          </main>
        </div>
      )}
    </SignedIn>
  );
}

function Item({ item, current, onChoose }: { item: ReviewItem; current: boolean; onChoose: () => void }) {
  const total = item.undecided + item.confirmed + item.dismissed;
  return (
    <li>
      <button type="button" className={styles.item} aria-current={current || undefined} onClick={onChoose}>
        <span className={styles.name}>{item.candidate_name}</span>
        <span className={styles.undecided}>
          {item.undecided > 0 ? `${item.undecided} undecided` : total > 0 ? 'decided' : 'no incidents'}
        </span>
        <span className={styles.facts}>
          <StateMark state={item.state} />
          {item.highest !== null && <SeverityMark severity={item.highest} />}
        </span>
      </button>
    </li>
  );
}
