import type { CsvResult } from '@/api/types';
import { Banner } from '@/components/ui/Banner';
import styles from './ExamEditor.module.css';

const SHOWN_ROWS = 20;

/** What pasted rows would do: how many would be added, or each wrong row with what is wrong. */
export function CsvReport({ result, text }: { result: CsvResult; text: string }) {
  if (result.errors.length === 0) {
    return (
      <Banner tone="ok" live="polite">
        <p>
          {result.would_add === 0
            ? 'No rows were found: the first line holds the column names, the rows follow.'
            : result.would_add === 1
              ? '1 candidate would be added. Nothing is wrong.'
              : `${result.would_add} candidates would be added. Nothing is wrong.`}
        </p>
      </Banner>
    );
  }
  const lines = text.split(/\r?\n/);
  const count = result.errors.length;
  return (
    <>
      <Banner tone="high" live="alert">
        <p>
          {count === 1 ? '1 row is wrong' : `${count} things are wrong`}. Nothing was added: mend the text and
          check again.
        </p>
      </Banner>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">Column</th>
            <th scope="col">What is wrong</th>
            <th scope="col">The line</th>
          </tr>
        </thead>
        <tbody>
          {result.errors.slice(0, SHOWN_ROWS).map((error) => (
            <tr key={`${error.row} ${error.column ?? ''} ${error.message}`}>
              <th scope="row">{error.row}</th>
              <td>{error.column ?? ''}</td>
              <td>{error.message}</td>
              <td>{lines[error.row - 1] ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {count > SHOWN_ROWS && <p>and {count - SHOWN_ROWS} more</p>}
    </>
  );
}
