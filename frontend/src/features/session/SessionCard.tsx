import type { ReactNode } from 'react';
import { useTheme } from '@/components/staff/theme';
import styles from './SessionCard.module.css';

export function SessionCard({ title, children }: { title: string; children: ReactNode }) {
  useTheme();
  return (
    <main className={styles.page}>
      <title>{`${title} · Examhall`}</title>
      <div className={styles.card}>
        <p className={styles.brand}>Examhall</p>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
