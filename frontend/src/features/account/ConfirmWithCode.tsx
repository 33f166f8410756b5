import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Dialog, DialogActions } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/TextField';

/** Asks for the password and a code before the second factor changes. */
export function ConfirmWithCode<Answer>({
  title,
  says,
  button,
  send,
  onDone,
  onClose,
}: {
  title: string;
  says: string;
  button: string;
  send: (body: { password: string; code: string }) => Promise<Answer>;
  onDone: (answer: Answer) => void;
  onClose: () => void;
}) {
  const [form, setForm] = useState({ password: '', code: '' });
  const confirm = useMutation({ mutationFn: () => send(form), onSuccess: onDone });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <Dialog title={title} role="alertdialog" isOpen onClose={onClose}>
      <form onSubmit={submit}>
        <p>{says}</p>
        {confirm.isError && (
          <Banner tone="high" live="alert">
            <p>{confirm.error.message}</p>
          </Banner>
        )}
        <TextField
          label="Your password"
          type="password"
          autoComplete="current-password"
          isRequired
          value={form.password}
          onChange={(password) => {
            setForm({ ...form, password });
          }}
        />
        <TextField
          label="A code of the app, or a recovery code"
          autoComplete="one-time-code"
          isRequired
          maxLength={64}
          value={form.code}
          onChange={(code) => {
            setForm({ ...form, code });
          }}
        />
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" isPending={confirm.isPending}>
            {button}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
