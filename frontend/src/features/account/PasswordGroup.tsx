import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { api, ask } from '@/api/client';
import { PresentPasswordField, useNewPassword } from '@/components/staff/credentials';
import { Button } from '@/components/ui/Button';
import { Refusal } from '@/components/ui/Refusal';
import { toast } from '@/components/ui/toast';
import styles from './Account.module.css';

export function PasswordGroup() {
  const [present, setPresent] = useState('');
  const { password, matches, fields, clear } = useNewPassword({
    label: 'New password',
    again: 'The new one again',
    hint: 'Other places are signed out.',
  });
  const change = useMutation({
    mutationFn: () => ask(api.PUT('/api/v1/account/password', { body: { present, new: password } })),
    onSuccess: () => {
      setPresent('');
      clear();
      toast('The password is changed. Every other place is signed out.');
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (matches) change.mutate();
  };
  return (
    <section className={styles.group} aria-labelledby="password">
      <h2 id="password">Password</h2>
      <form onSubmit={submit}>
        <Refusal error={change.error} />
        <PresentPasswordField label="Present password" value={present} onChange={setPresent} />
        {fields}
        <Button type="submit" isPending={change.isPending}>
          Change the password
        </Button>
      </form>
    </section>
  );
}
