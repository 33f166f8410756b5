import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { Button } from '@/components/ui/Button';
import { Dialog, DialogActions } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/TextField';

/** Asks before something that harms somebody, and why; the reason goes into the audit log. */
export function ReasonDialog({
  title,
  button,
  isPending,
  onDo,
  onClose,
  children,
}: {
  title: string;
  button: string;
  isPending: boolean;
  onDo: (reason: string) => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  const [reason, setReason] = useState('');
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onDo(reason.trim());
  };
  return (
    <Dialog title={title} role="alertdialog" isOpen onClose={onClose}>
      <form onSubmit={submit}>
        {children}
        <TextField
          label="Reason"
          hint="For the audit log."
          isRequired
          maxLength={500}
          validate={(text) => (text.trim() === '' ? 'Say why.' : null)}
          value={reason}
          onChange={setReason}
        />
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" isPending={isPending}>
            {button}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
