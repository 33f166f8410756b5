import { lazy, Suspense, useEffect } from 'react';
import { useSearchParams } from 'react-router';

const FullMeeting = lazy(() => import('./FullMeeting'));

/**
 * The tutorial's page: `?authToken=` joins, `roomName` is taken and ignored, since the kit has it no more.
 * The kit is loaded here and nowhere else.
 */
export function Component() {
  const [search] = useSearchParams();
  const authToken = search.get('authToken') ?? '';
  return (
    <>
      <title>Meeting · Examhall</title>
      {authToken === '' ? (
        <NoToken />
      ) : (
        <Suspense fallback={<p role="status">Loading the meeting…</p>}>
          <FullMeeting authToken={authToken} />
        </Suspense>
      )}
    </>
  );
}

function NoToken() {
  useEffect(() => {
    window.alert(
      "An authToken wasn't passed, please pass an authToken in the URL query parameter to join a meeting.",
    );
  }, []);
  return (
    <main>
      <h1>No meeting</h1>
      <p>
        Open this page with a token: <code>/meeting?authToken=…</code>
      </p>
    </main>
  );
}
