import { Copy } from 'lucide-react';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { toast, toastProblem } from '@/components/ui/toast';
import styles from './Account.module.css';

/** Shown once, right after they were made. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  return (
    <Banner
      tone="ok"
      live="polite"
      title="Keep these recovery codes"
      actions={
        <>
          <Button
            onPress={() => {
              navigator.clipboard.writeText(codes.join('\n')).then(() => {
                toast('Copied.');
              }, toastProblem);
            }}
          >
            <Copy size={14} aria-hidden /> Copy
          </Button>
          <Button variant="primary" onPress={onDone}>
            I have kept them
          </Button>
        </>
      }
    >
      <p>Each lets you in once when the phone is not at hand. They are not shown again.</p>
      <ul className={styles.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </Banner>
  );
}
