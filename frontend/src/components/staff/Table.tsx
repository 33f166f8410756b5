import type { ReactNode } from 'react';
import styles from './Table.module.css';

/** A cell of words of any length, such as an address. */
export function LongCell({ children }: { children: ReactNode }) {
  return <td className={styles.long}>{children}</td>;
}

/** The buttons of a row, in its last cell. */
export function RowActions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

/** A table of a staff page. It scrolls sideways on small screens, so the keyboard has to reach it. */
export function Table({
  label,
  columns,
  children,
}: {
  label: string;
  columns: string[];
  children: ReactNode;
}) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column === 'Actions' ? <span className="visually-hidden">{column}</span> : column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
