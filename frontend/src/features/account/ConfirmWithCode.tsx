import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { CodeField, PresentPasswordField } from '@/components/staff/credentials';
import { Button } from '@/components/ui/Button';
import { Dialog, DialogActions } from '@/components/ui/Dialog';
import { Refusal } from '@/components/ui/Refusal';

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
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const confirm = useMutation({ mutationFn: () => send({ password, code }), onSuccess: onDone });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <Dialog title={title} role="alertdialog" isOpen onClose={onClose}>
      <form onSubmit={submit}>
        <p>{says}</p>
        <Refusal error={confirm.error} />
        <PresentPasswordField label="Your password" value={password} onChange={setPassword} />
        <CodeField label="A code of the app, or a recovery code" value={code} onChange={setCode} />
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
