import { Download as Arrow } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './Download.module.css';

/** A file that the server makes: a link by nature, beside buttons, so it looks like one. */
export function Download({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a className={styles.download} href={href} download>
      <Arrow size={14} aria-hidden /> {children}
    </a>
  );
}
