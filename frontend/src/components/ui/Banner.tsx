import type { ReactNode } from 'react';
import styles from './Banner.module.css';

/** A message that stays in the page: what happened and what to do. `alert` is spoken at once. */
export function Banner({
  tone = 'info',
  title,
  children,
  actions,
  live = 'off',
}: {
  tone?: 'info' | 'ok' | 'medium' | 'high';
  title?: string;
  children?: ReactNode;
  actions?: ReactNode;
  live?: 'off' | 'polite' | 'alert';
}) {
  const role = live === 'alert' ? 'alert' : live === 'polite' ? 'status' : undefined;
  return (
    <div className={styles.banner} data-tone={tone} role={role}>
      <div className={styles.words}>
        {title !== undefined && <p className={styles.title}>{title}</p>}
        {children}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
