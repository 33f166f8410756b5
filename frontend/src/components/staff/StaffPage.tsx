import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { useStore } from 'zustand';
import { ApiProblem } from '@/api/client';
import { signedOut, useMe } from '@/api/session';
import type { Me } from '@/api/types';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { ToastRegion } from '@/components/ui/ToastRegion';
import { TopBar } from './TopBar';
import styles from './StaffPage.module.css';

/** Lets only staff in: whoever is logged out goes to the login and comes back afterwards. */
export function SignedIn({ children }: { children: (me: Me) => ReactNode }) {
  const me = useMe();
  const out = useStore(signedOut, (state) => state.signedOut);
  const location = useLocation();
  if (out || (me.error instanceof ApiProblem && me.error.status === 401)) {
    const back = `${location.pathname}${location.search}`;
    return <Navigate replace to={`/login?back=${encodeURIComponent(back)}`} />;
  }
  if (me.data?.must_enrol === true && location.pathname !== '/account') {
    return <Navigate replace to="/account" />;
  }
  if (me.isError) {
    return <LoadProblem error={me.error} onRetry={() => void me.refetch()} />;
  }
  return (
    <>
      {me.data !== undefined && children(me.data)}
      <ToastRegion />
    </>
  );
}

/** A staff page with the bar on top and one column. */
export function StaffPage({
  title,
  where,
  children,
}: {
  title: string;
  where?: ReactNode;
  children: (me: Me) => ReactNode;
}) {
  return (
    <SignedIn>
      {(me) => (
        <div className={styles.page}>
          <title>{`${title} · Examhall`}</title>
          <TopBar me={me} where={where} />
          <main className={styles.main}>{children(me)}</main>
        </div>
      )}
    </SignedIn>
  );
}

export function LoadProblem({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <div className={styles.problem}>
      <Banner
        tone="high"
        live="alert"
        title="This could not be loaded"
        actions={<Button onPress={onRetry}>Try again</Button>}
      >
        <p>{error.message}</p>
      </Banner>
    </div>
  );
}

export function Waiting({ what }: { what: string }) {
  return (
    <p role="status" className={styles.waiting}>
      Loading {what}…
    </p>
  );
}
