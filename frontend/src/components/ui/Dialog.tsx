import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import styles from './Dialog.module.css';

export interface DialogProps {
  title: string;
  isOpen: boolean;
  /** Called when the person leaves by Escape or a click outside. */
  onClose: () => void;
  children: ReactNode;
  /** "alertdialog" asks before something that cannot be undone; it does not close by a click outside. */
  role?: 'dialog' | 'alertdialog';
  /** "wide" for a picture, a table or a long text. */
  width?: 'normal' | 'wide';
}

/** A modal dialog; put its buttons in a `DialogActions`. */
export function Dialog({ title, isOpen, onClose, children, role = 'dialog', width = 'normal' }: DialogProps) {
  return (
    <ModalOverlay
      className={styles.overlay ?? ''}
      isOpen={isOpen}
      isDismissable={role === 'dialog'}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className={styles.modal ?? ''} data-width={width}>
        <AriaDialog className={styles.dialog ?? ''} role={role}>
          <Heading slot="title" level={2} className={styles.title ?? ''}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}
