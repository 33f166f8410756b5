import type { Policy, PolicyCatalogue, Signal } from '@/api/types';
import { inGroups } from '@/components/incident/signals';
import { groupSummary, modeOf } from './signal-mode';
import { SignalRow } from './SignalRow';
import styles from './ExamEditor.module.css';

/** Every signal of the policy by what it is about; a group shows what is on, and its rows when it is opened. */
export function SignalGroups({
  catalogue,
  policy,
  off,
  mayEdit,
  onChange,
}: {
  catalogue: PolicyCatalogue;
  policy: Policy;
  off: ReadonlySet<Signal>;
  mayEdit: boolean;
  onChange: (signals: Policy['signals']) => void;
}) {
  const rows = catalogue.signals.flatMap((info) => {
    const rule = policy.signals[info.signal];
    if (rule === undefined) return [];
    const mode = off.has(info.signal) ? ('off' as const) : modeOf(rule);
    return [{ signal: info.signal, label: info.label, mode, info, rule }];
  });
  return (
    <div className={styles.signalGroups}>
      {inGroups(rows).map(({ name, members }) => (
        <details key={name} className={styles.fold}>
          <summary>
            <h3>{name}</h3>
            <span>{groupSummary(members)}</span>
          </summary>
          <ul className={styles.signals}>
            {members.map(({ signal, info, rule }) => (
              <SignalRow
                key={signal}
                info={info}
                rule={rule}
                switchedOff={off.has(signal)}
                mayEdit={mayEdit}
                onChange={(next) => {
                  onChange({ ...policy.signals, [signal]: next });
                }}
              />
            ))}
          </ul>
        </details>
      ))}
    </div>
  );
}
