import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { api, ask } from '@/api/client';
import type { ApiKey } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { Check } from '@/components/ui/Check';
import { Refusal } from '@/components/ui/Refusal';
import { Select } from '@/components/ui/Select';
import { TextField } from '@/components/ui/TextField';
import { SCOPES } from './scopes';
import styles from './Access.module.css';

const DAY_MS = 24 * 3_600_000;
const LASTS = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
] as const;

export function NewApiKey({ onMade }: { onMade: (token: string) => void }) {
  const [name, setName] = useState('');
  const [days, setDays] = useState<(typeof LASTS)[number]['value']>('30');
  const [scopes, setScopes] = useState<ReadonlySet<ApiKey['scopes'][number]>>(new Set());
  const make = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/api/v1/api-keys', {
          body: { name, scopes: [...scopes], expires_at: Date.now() + Number(days) * DAY_MS },
        }),
      ),
    onSuccess: (made) => {
      setName('');
      setScopes(new Set());
      onMade(made.token);
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-labelledby="new-key">
      <h2 id="new-key">Make a key</h2>
      <Refusal error={make.error} />
      <div className={styles.fields}>
        <TextField label="What it is for" isRequired maxLength={100} value={name} onChange={setName} />
        <Select label="Lasts" value={days} options={LASTS} onChange={setDays} />
      </div>
      <fieldset className={styles.scopes}>
        <legend>What it may do</legend>
        {SCOPES.map(({ scope, says }) => (
          <Check
            key={scope}
            isSelected={scopes.has(scope)}
            onChange={(on) => {
              const next = new Set(scopes);
              if (on) next.add(scope);
              else next.delete(scope);
              setScopes(next);
            }}
          >
            <span>
              {says} <code className={styles.faint}>{scope}</code>
            </span>
          </Check>
        ))}
      </fieldset>
      <div className={styles.buttons}>
        <Button type="submit" variant="primary" isPending={make.isPending} isDisabled={scopes.size === 0}>
          Make the key
        </Button>
      </div>
    </form>
  );
}
