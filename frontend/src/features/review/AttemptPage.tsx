import { Link, useParams } from 'react-router';
import { StaffPage } from '@/components/staff/StaffPage';
import { AttemptReview } from './AttemptReview';
import { useAttempt } from './queries';

/** One attempt alone: to link to, and to print. */
export function AttemptPage() {
  const { attemptId = '' } = useParams();
  return (
    <StaffPage title="Attempt" where={<Where attemptId={attemptId} />}>
      {() => (
        <>
          <h1 className="visually-hidden">Attempt</h1>
          <AttemptReview key={attemptId} attemptId={attemptId} />
        </>
      )}
    </StaffPage>
  );
}

function Where({ attemptId }: { attemptId: string }) {
  const { data } = useAttempt(attemptId);
  return data === undefined ? null : (
    <Link to={`/exams/${data.exam_id}/review`}>{data.exam_title}: review</Link>
  );
}
