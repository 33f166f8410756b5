import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api, ask } from '@/api/client';
import { useSignedIn } from '@/api/session';
import { Banner } from '@/components/ui/Banner';
import { useLinkToken } from './link-token';
import { SessionCard } from './SessionCard';

async function enter(token: string): Promise<string> {
  await ask(api.POST('/api/v1/session/link', { body: { token } }));
  const exams = await ask(api.GET('/api/v1/exams'));
  const [only] = exams;
  return exams.length === 1 && only !== undefined ? `/exams/${only.id}/wall` : '/exams';
}

/** The demo's link: its token becomes a session, and the wall of the one exam opens. */
export function EnterPage() {
  const token = useLinkToken();
  const navigate = useNavigate();
  const signedIn = useSignedIn();
  const [problem, setProblem] = useState<string | null>(
    token === '' ? 'This link is not whole: copy all of it.' : null,
  );
  const entered = useRef(false);
  useEffect(() => {
    if (entered.current || token === '') return;
    entered.current = true;
    enter(token).then(
      (address) => {
        signedIn();
        void navigate(address, { replace: true });
      },
      (error: unknown) => {
        setProblem(error instanceof Error ? error.message : 'That did not work.');
      },
    );
  }, [token, navigate, signedIn]);
  return (
    <SessionCard title={problem === null ? 'Opening…' : 'This link does not open'}>
      {problem === null ? (
        <p role="status">One moment.</p>
      ) : (
        <>
          <Banner tone="high" live="alert">
            <p>{problem}</p>
          </Banner>
          <p>
            <Link to="/login">Log in with a password instead</Link>
          </p>
        </>
      )}
    </SessionCard>
  );
}
