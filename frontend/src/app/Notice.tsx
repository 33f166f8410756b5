import type { ReactNode } from 'react';
import styles from './Notice.module.css';

/** A page that says one thing: nothing here, or something broke. */
export function Notice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={styles.notice}>
      <title>{`${title} · Examhall`}</title>
      <h1>{title}</h1>
      {children}
    </main>
  );
}
