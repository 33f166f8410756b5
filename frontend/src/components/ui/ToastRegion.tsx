import { X } from 'lucide-react';
import {
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastRegion as AriaToastRegion,
  Text,
} from 'react-aria-components';
import { Button } from './Button';
import { toasts } from './toast';
import styles from './ToastRegion.module.css';

export function ToastRegion() {
  return (
    <AriaToastRegion queue={toasts} className={styles.region ?? ''} aria-label="Notices">
      {({ toast }) => (
        <Toast toast={toast} className={styles.toast ?? ''} data-tone={toast.content.tone}>
          <ToastContent className={styles.words ?? ''}>
            <Text slot="title">{toast.content.text}</Text>
          </ToastContent>
          {toast.content.undo !== undefined && (
            <Button
              size="small"
              slot={null}
              onPress={() => {
                toast.content.undo?.();
                toasts.close(toast.key);
              }}
            >
              Undo
            </Button>
          )}
          <Button slot="close" size="small" variant="quiet" iconOnly aria-label="Close">
            <X size={14} aria-hidden />
          </Button>
        </Toast>
      )}
    </AriaToastRegion>
  );
}
