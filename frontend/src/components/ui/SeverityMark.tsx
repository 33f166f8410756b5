import type { ReactNode } from 'react';
import type { Severity } from '@/api/types';
import styles from './SeverityMark.module.css';

const WORDS: Record<Severity, string> = { info: 'Info', low: 'Low', medium: 'Medium', high: 'High' };

// Every severity has a shape of its own, so that colour is never alone.
const SHAPES: Record<Severity, ReactNode> = {
  info: <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  low: <path d="M6 .5 11.5 6 6 11.5.5 6z" fill="currentColor" />,
  medium: <path d="M6 .75 11.75 11H.25z" fill="currentColor" />,
  high: (
    <path
      d="M3.6.3h4.8l3.3 3.3v4.8l-3.3 3.3H3.6L.3 8.4V3.6zM5.1 2.7v4.1h1.8V2.7zM5.1 7.8v1.7h1.8V7.8z"
      fillRule="evenodd"
      fill="currentColor"
    />
  ),
};

/** Shape and word of a severity; with `wordless` only the shape, for beside text that says the word. */
export function SeverityMark({ severity, wordless = false }: { severity: Severity; wordless?: boolean }) {
  return (
    <span className={styles.severity} data-severity={severity}>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        {SHAPES[severity]}
      </svg>
      {!wordless && WORDS[severity]}
    </span>
  );
}
