import type { ReactNode } from 'react';
import styles from './PageHead.module.css';

/** What a staff page is, and what it is for. */
export function PageHead({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h1 className={styles.title}>{title}</h1>
      <p className={styles.hint}>{children}</p>
    </div>
  );
}
