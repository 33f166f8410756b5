import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ask } from '@/api/client';
import type { Me } from '@/api/types';
import { PageHead } from '@/components/staff/PageHead';
import { SessionsTable } from '@/components/staff/SessionsTable';
import { LoadProblem, StaffPage, Waiting } from '@/components/staff/StaffPage';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { toast, toastProblem } from '@/components/ui/toast';
import { PasswordGroup } from './PasswordGroup';
import { SecondFactorGroup } from './SecondFactorGroup';
import styles from './Account.module.css';

const SESSIONS = ['my sessions'] as const;

export function AccountPage() {
  return <StaffPage title="My account">{(me) => <Account me={me} />}</StaffPage>;
}

function Account({ me }: { me: Me }) {
  return (
    <>
      <PageHead title="My account">
        {me.name}, {me.email}
      </PageHead>
      {me.must_enrol && (
        <Banner tone="medium" live="polite" title="Set up your second factor first">
          <p>Whoever runs this server asks for it. Everything else opens once it is on.</p>
        </Banner>
      )}
      <SecondFactorGroup />
      <Sessions />
      <PasswordGroup />
    </>
  );
}

function Sessions() {
  const queries = useQueryClient();
  const sessions = useQuery({
    queryKey: SESSIONS,
    queryFn: () => ask(api.GET('/api/v1/account/sessions')),
  });
  const refresh = () => queries.invalidateQueries({ queryKey: SESSIONS });
  const end = useMutation({
    mutationFn: (id: string) =>
      ask(api.DELETE('/api/v1/account/sessions/{session_id}', { params: { path: { session_id: id } } })),
    onSuccess: () => {
      toast('Signed out there.');
    },
    onError: toastProblem,
    onSettled: refresh,
  });
  const others = useMutation({
    mutationFn: () => ask(api.POST('/api/v1/account/sessions/end-others')),
    onSuccess: ({ ended }) => {
      toast(ended === 1 ? 'Signed out in 1 other place.' : `Signed out in ${ended} other places.`);
    },
    onError: toastProblem,
    onSettled: refresh,
  });
  return (
    <section className={styles.group} aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      {sessions.isError ? (
        <LoadProblem error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : sessions.data === undefined ? (
        <Waiting what="the list" />
      ) : (
        <>
          <SessionsTable
            label="Your logins"
            sessions={sessions.data}
            onEnd={(session) => {
              end.mutate(session.id);
            }}
          />
          {sessions.data.length > 1 ? (
            <Button
              isPending={others.isPending}
              onPress={() => {
                others.mutate();
              }}
            >
              Sign out everywhere else
            </Button>
          ) : (
            <p className={styles.hint}>You are signed in nowhere else.</p>
          )}
        </>
      )}
    </section>
  );
}
