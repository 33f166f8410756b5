import type { ReactNode, SyntheticEvent } from 'react';
import { Button } from '@/components/ui/Button';
import { Dialog, DialogActions } from '@/components/ui/Dialog';
import styles from './ActionDialogs.module.css';

/** A window about one candidate. */
export interface OneProps {
  attemptId: string;
  name: string;
  onClose: () => void;
}

/** A window that asks for what an action needs, and closes with it. */
export function Form({
  title,
  role = 'dialog',
  onClose,
  onSubmit,
  submit,
  danger = false,
  ready = true,
  children,
}: {
  title: string;
  role?: 'dialog' | 'alertdialog';
  onClose: () => void;
  onSubmit: () => void;
  submit: string;
  danger?: boolean;
  ready?: boolean;
  children: ReactNode;
}) {
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!ready) return;
    onSubmit();
    onClose();
  };
  return (
    <Dialog title={title} role={role} isOpen onClose={onClose}>
      <form className={styles.form} onSubmit={send}>
        {children}
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" variant={danger ? 'danger' : 'primary'} isDisabled={!ready}>
            {submit}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
