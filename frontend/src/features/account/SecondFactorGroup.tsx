import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { api, ask } from '@/api/client';
import type { Account } from '@/api/types';
import { CodeField, PresentPasswordField } from '@/components/staff/credentials';
import { LoadProblem, Waiting } from '@/components/staff/StaffPage';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Refusal } from '@/components/ui/Refusal';
import { toast } from '@/components/ui/toast';
import { dateAndTime } from '@/format/time';
import { ConfirmWithCode } from './ConfirmWithCode';
import { QrCode } from './QrCode';
import { RecoveryCodes } from './RecoveryCodes';
import styles from './Account.module.css';

const ACCOUNT = ['account'] as const;
const FEW = 3;

/** An authenticator app as second factor: off, being set up, or on. */
export function SecondFactorGroup() {
  const queries = useQueryClient();
  const account = useQuery({ queryKey: ACCOUNT, queryFn: () => ask(api.GET('/api/v1/account')) });
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const changed = (shown: readonly string[] | null) => {
    setCodes(shown);
    void queries.invalidateQueries({ queryKey: ACCOUNT });
    void queries.invalidateQueries({ queryKey: ['me'] });
  };
  return (
    <section className={styles.group} aria-labelledby="second-factor">
      <h2 id="second-factor">Second factor</h2>
      {codes !== null && (
        <RecoveryCodes
          codes={codes}
          onDone={() => {
            setCodes(null);
          }}
        />
      )}
      {account.isError ? (
        <LoadProblem error={account.error} onRetry={() => void account.refetch()} />
      ) : account.data === undefined ? (
        <Waiting what="your account" />
      ) : account.data.second_factor_at === null ? (
        <Enrol onDone={changed} />
      ) : (
        <Enrolled account={account.data} since={account.data.second_factor_at} onChanged={changed} />
      )}
    </section>
  );
}

function Enrol({ onDone }: { onDone: (codes: readonly string[]) => void }) {
  const [password, setPassword] = useState('');
  const begin = useMutation({
    mutationFn: () => ask(api.POST('/api/v1/account/second-factor', { body: { password } })),
    onSuccess: () => {
      setPassword('');
    },
  });
  if (begin.data !== undefined) {
    return <FirstCode secret={begin.data.secret} uri={begin.data.uri} onDone={onDone} />;
  }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    begin.mutate();
  };
  return (
    <>
      <p className={styles.hint}>
        With it, a password alone does not let anybody in: an app on your phone shows a code that changes
        every 30 seconds.
      </p>
      <form onSubmit={submit}>
        <Refusal error={begin.error} />
        <PresentPasswordField label="Your password" value={password} onChange={setPassword} />
        <Button type="submit" variant="primary" isPending={begin.isPending}>
          Set it up
        </Button>
      </form>
    </>
  );
}

function FirstCode({
  secret,
  uri,
  onDone,
}: {
  secret: string;
  uri: string;
  onDone: (codes: readonly string[]) => void;
}) {
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => ask(api.POST('/api/v1/account/second-factor/confirm', { body: { code } })),
    onSuccess: (made) => {
      onDone(made.codes);
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <>
      <p>Scan this with an authenticator app, or type the secret into it.</p>
      <QrCode text={uri} label="QR code of the secret; the same stands below as text" />
      <p>
        Secret: <code className={styles.secret}>{secret.match(/.{1,4}/g)?.join(' ')}</code>
      </p>
      <form onSubmit={submit}>
        <Refusal error={confirm.error} />
        <CodeField numeric label="The code that it shows now" value={code} onChange={setCode} />
        <Button type="submit" variant="primary" isPending={confirm.isPending}>
          Switch it on
        </Button>
      </form>
    </>
  );
}

function Enrolled({
  account,
  since,
  onChanged,
}: {
  account: Account;
  since: number;
  onChanged: (codes: readonly string[] | null) => void;
}) {
  const [asking, setAsking] = useState<'codes' | 'off' | null>(null);
  const left = account.recovery_codes_left;
  return (
    <>
      <p>
        On since {dateAndTime(since)}. {left} recovery {left === 1 ? 'code is' : 'codes are'} left.
      </p>
      {left < FEW && (
        <Banner tone="medium">
          <p>Make new recovery codes before the last one is used.</p>
        </Banner>
      )}
      <div className={styles.buttons}>
        <Button
          onPress={() => {
            setAsking('codes');
          }}
        >
          New recovery codes
        </Button>
        <Button
          variant="danger"
          onPress={() => {
            setAsking('off');
          }}
        >
          Switch it off
        </Button>
      </div>
      {asking === 'codes' && (
        <ConfirmWithCode
          title="Make new recovery codes?"
          says="The ones from before stop working."
          button="Make new codes"
          send={(body) => ask(api.POST('/api/v1/account/second-factor/recovery-codes', { body }))}
          onDone={(made) => {
            setAsking(null);
            onChanged(made.codes);
          }}
          onClose={() => {
            setAsking(null);
          }}
        />
      )}
      {asking === 'off' && (
        <ConfirmWithCode
          title="Switch the second factor off?"
          says="Your password alone will then let anybody in who knows it."
          button="Switch it off"
          send={(body) => ask(api.DELETE('/api/v1/account/second-factor', { body }))}
          onDone={() => {
            setAsking(null);
            toast('The second factor is off.');
            onChanged(null);
          }}
          onClose={() => {
            setAsking(null);
          }}
        />
      )}
    </>
  );
}
