import { CheckboxButton, CheckboxField, type CheckboxFieldProps } from 'react-aria-components';
import type { ReactNode } from 'react';
import styles from './Check.module.css';

/** A tick box with its words. */
export function Check({
  children,
  ...props
}: Omit<CheckboxFieldProps, 'className' | 'style' | 'children'> & { children?: ReactNode }) {
  return (
    <CheckboxField {...props}>
      <CheckboxButton className={styles.check ?? ''}>
        <span className={styles.box} aria-hidden>
          <svg viewBox="0 0 12 12" width="12" height="12">
            <path d="m2 6.4 2.7 2.7L10 3.4" fill="none" stroke="currentColor" strokeWidth="2" />
          </svg>
        </span>
        {children}
      </CheckboxButton>
    </CheckboxField>
  );
}
