import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { api, ask } from '@/api/client';
import type { ApiKey } from '@/api/types';
import { PageHead } from '@/components/staff/PageHead';
import { ReasonDialog } from '@/components/staff/ReasonDialog';
import { LoadProblem, StaffPage, Waiting } from '@/components/staff/StaffPage';
import { Table } from '@/components/staff/Table';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { EmptyState } from '@/components/ui/EmptyState';
import { toast, toastProblem } from '@/components/ui/toast';
import { clockOrDay, dateAndTime } from '@/format/time';
import { NewApiKey } from './NewApiKey';
import styles from './Access.module.css';

const KEYS = ['api keys'] as const;

export function ApiKeysPage() {
  return <StaffPage title="API keys">{() => <Keys />}</StaffPage>;
}

function Keys() {
  const queries = useQueryClient();
  const keys = useQuery({ queryKey: KEYS, queryFn: () => ask(api.GET('/api/v1/api-keys')) });
  const [token, setToken] = useState<string | null>(null);
  return (
    <>
      <PageHead title="API keys">
        For programs. A key acts for whoever made it, within its scopes, and never proctors or judges.
      </PageHead>
      {token !== null && <TokenBanner token={token} />}
      {keys.isError ? (
        <LoadProblem error={keys.error} onRetry={() => void keys.refetch()} />
      ) : keys.data === undefined ? (
        <Waiting what="the keys" />
      ) : keys.data.length === 0 ? (
        <EmptyState title="No API keys yet">
          <p>Make one below for a program that fills rosters or fetches records.</p>
        </EmptyState>
      ) : (
        <KeysTable keys={keys.data} />
      )}
      <NewApiKey
        onMade={(made) => {
          setToken(made);
          void queries.invalidateQueries({ queryKey: KEYS });
        }}
      />
    </>
  );
}

function TokenBanner({ token }: { token: string }) {
  return (
    <Banner
      tone="ok"
      live="polite"
      title="Copy the key now"
      actions={
        <Button
          onPress={() => {
            navigator.clipboard.writeText(token).then(() => {
              toast('Copied.');
            }, toastProblem);
          }}
        >
          <Copy size={14} aria-hidden /> Copy
        </Button>
      }
    >
      <p>Send it as “Authorization: Bearer …”. It is not shown again.</p>
      <code className={styles.token}>{token}</code>
    </Banner>
  );
}

function state(key: ApiKey, now: number): string {
  if (key.revoked_at !== null) return `Revoked ${clockOrDay(key.revoked_at, now)}`;
  if (key.expires_at <= now) return 'Ended';
  return key.works ? 'Works' : 'Its maker is no administrator any more';
}

function KeysTable({ keys }: { keys: readonly ApiKey[] }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState<ApiKey | null>(null);
  const revoke = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) =>
      ask(api.DELETE('/api/v1/api-keys/{key_id}', { params: { path: { key_id: id } }, body: { reason } })),
    onSuccess: () => {
      toast('The key is revoked.');
    },
    onError: toastProblem,
    onSettled: () => {
      setAsking(null);
      void queries.invalidateQueries({ queryKey: KEYS });
    },
  });
  const [now] = useState(() => Date.now());
  return (
    <>
      <Table
        label="API keys"
        columns={['Name', 'Scopes', 'Made by', 'Last used', 'Ends', 'State', 'Actions']}
      >
        {keys.map((key) => (
          <tr key={key.id} data-faint={!key.works || undefined}>
            <th scope="row">{key.name}</th>
            <td>{key.scopes.join(', ')}</td>
            <td>{key.maker_name}</td>
            <td>{key.last_used_at === null ? 'Never' : <time>{clockOrDay(key.last_used_at, now)}</time>}</td>
            <td>
              <time>{dateAndTime(key.expires_at)}</time>
            </td>
            <td>{state(key, now)}</td>
            <td>
              {key.revoked_at === null && (
                <Button
                  size="small"
                  variant="danger"
                  aria-label={`Revoke ${key.name}`}
                  onPress={() => {
                    setAsking(key);
                  }}
                >
                  Revoke
                </Button>
              )}
            </td>
          </tr>
        ))}
      </Table>
      {asking !== null && (
        <ReasonDialog
          title={`Revoke ${asking.name}?`}
          button="Revoke the key"
          isPending={revoke.isPending}
          onDo={(reason) => {
            revoke.mutate({ id: asking.id, reason });
          }}
          onClose={() => {
            setAsking(null);
          }}
        >
          <p>Programs that use it are refused at once.</p>
        </ReasonDialog>
      )}
    </>
  );
}
