import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { api, ask } from '@/api/client';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/TextField';
import { toast } from '@/components/ui/toast';
import styles from './Account.module.css';

const SHORTEST = 10;
const EMPTY = { present: '', new: '', again: '' };

export function PasswordGroup() {
  const [form, setForm] = useState(EMPTY);
  const change = useMutation({
    mutationFn: () =>
      ask(api.PUT('/api/v1/account/password', { body: { present: form.present, new: form.new } })),
    onSuccess: () => {
      setForm(EMPTY);
      toast('The password is changed. Every other place is signed out.');
    },
  });
  const differs = form.again !== '' && form.again !== form.new;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (form.again === form.new) change.mutate();
  };
  const set = (field: keyof typeof form) => (value: string) => {
    setForm({ ...form, [field]: value });
  };
  return (
    <section className={styles.group} aria-labelledby="password">
      <h2 id="password">Password</h2>
      <form onSubmit={submit}>
        {change.isError && (
          <Banner tone="high" live="alert">
            <p>{change.error.message}</p>
          </Banner>
        )}
        <TextField
          label="Present password"
          type="password"
          autoComplete="current-password"
          isRequired
          value={form.present}
          onChange={set('present')}
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          isRequired
          minLength={SHORTEST}
          hint={`At least ${SHORTEST} characters. Other places are signed out.`}
          value={form.new}
          onChange={set('new')}
        />
        <TextField
          label="The new one again"
          type="password"
          autoComplete="new-password"
          isRequired
          error={differs ? 'The two are not the same.' : undefined}
          value={form.again}
          onChange={set('again')}
        />
        <Button type="submit" isPending={change.isPending}>
          Change the password
        </Button>
      </form>
    </section>
  );
}
