import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask } from '@/api/client';
import type { StaffMember } from '@/api/types';
import { ReasonDialog } from '@/components/staff/ReasonDialog';
import { SessionsTable } from '@/components/staff/SessionsTable';
import { LoadProblem, Waiting } from '@/components/staff/StaffPage';
import { Button } from '@/components/ui/Button';
import { Dialog, DialogActions } from '@/components/ui/Dialog';
import { EmptyState } from '@/components/ui/EmptyState';
import { toast, toastProblem } from '@/components/ui/toast';

/** Where somebody is signed in, and what an administrator can end: the logins, the second factor. */
export function LoginsDialog({ member, onClose }: { member: StaffMember; onClose: () => void }) {
  const [asking, setAsking] = useState<'logins' | 'factor' | null>(null);
  const path = { params: { path: { user_id: member.id } } };
  const sessions = useQuery({
    queryKey: ['sessions', member.id],
    queryFn: () => ask(api.GET('/api/v1/staff/{user_id}/sessions', path)),
  });
  const queries = useQueryClient();
  const done = (words: string) => ({
    onSuccess: () => {
      toast(words);
    },
    onError: toastProblem,
    onSettled: () => {
      setAsking(null);
      void queries.invalidateQueries({ queryKey: ['sessions', member.id] });
      void queries.invalidateQueries({ queryKey: ['staff'] });
    },
  });
  const end = useMutation({
    mutationFn: (reason: string) =>
      ask(api.POST('/api/v1/staff/{user_id}/sessions/end', { ...path, body: { reason } })),
    ...done(`${member.name} is signed out everywhere.`),
  });
  const reset = useMutation({
    mutationFn: (reason: string) =>
      ask(api.DELETE('/api/v1/staff/{user_id}/second-factor', { ...path, body: { reason } })),
    ...done(`${member.name} logs in with the password alone until a new second factor is set up.`),
  });
  if (asking === 'logins') {
    return (
      <ReasonDialog
        title={`Sign ${member.name} out everywhere?`}
        button="Sign out everywhere"
        isPending={end.isPending}
        onDo={end.mutate}
        onClose={() => {
          setAsking(null);
        }}
      >
        <p>Their pages close at once. They can log in again.</p>
      </ReasonDialog>
    );
  }
  if (asking === 'factor') {
    return (
      <ReasonDialog
        title={`Reset the second factor of ${member.name}?`}
        button="Reset it"
        isPending={reset.isPending}
        onDo={reset.mutate}
        onClose={() => {
          setAsking(null);
        }}
      >
        <p>Make sure that it is them who ask. Their recovery codes stop working and they are signed out.</p>
      </ReasonDialog>
    );
  }
  return (
    <Dialog title={`Logins of ${member.name}`} width="wide" isOpen onClose={onClose}>
      {sessions.isError ? (
        <LoadProblem error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : sessions.data === undefined ? (
        <Waiting what="the logins" />
      ) : sessions.data.length === 0 ? (
        <EmptyState title="Signed in nowhere" />
      ) : (
        <SessionsTable label={`Where ${member.name} is signed in`} sessions={sessions.data} />
      )}
      <DialogActions>
        {member.second_factor && (
          <Button
            variant="danger"
            onPress={() => {
              setAsking('factor');
            }}
          >
            Reset the second factor
          </Button>
        )}
        <Button
          variant="danger"
          isDisabled={(sessions.data?.length ?? 0) === 0}
          onPress={() => {
            setAsking('logins');
          }}
        >
          Sign out everywhere
        </Button>
        <Button onPress={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}
