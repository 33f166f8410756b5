import { clockTime } from '@/format/time';
import { givenWhy, signedTime, type GivenBack } from './given-words';
import styles from './TimeLedger.module.css';

/** Every second given back and why, with the sum at the end; `by`: who gave a line, where that is known. */
export function TimeLedger({
  ledger,
  by,
}: {
  ledger: readonly GivenBack[];
  by?: (line: GivenBack, index: number) => string | null;
}) {
  const sum = ledger.reduce((total, one) => total + one.seconds, 0);
  return (
    <table className={styles.ledger}>
      <caption className="visually-hidden">Time given back</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">When</th>
          <th scope="col">Why</th>
          <th scope="col">Minutes and seconds</th>
        </tr>
      </thead>
      <tbody>
        {ledger.map((line, index) => {
          const giver = by?.(line, index) ?? null;
          return (
            // Lines are only ever added at the end of their moment.
            <tr key={`${line.at} ${line.reason} ${index}`}>
              <td>
                <time dateTime={new Date(line.at).toISOString()}>{clockTime(line.at, true)}</time>
              </td>
              <td>
                {givenWhy(line)}
                {giver !== null && ` (${giver})`}
                {line.note !== '' && <span className={styles.note}>{line.note}</span>}
              </td>
              <td className={styles.seconds}>{signedTime(line.seconds)}</td>
            </tr>
          );
        })}
      </tbody>
      {ledger.length > 1 && (
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              In all
            </th>
            <td className={styles.seconds}>{signedTime(sum)}</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}
