import type { Policy } from '@/api/types';
import { Check } from '@/components/ui/Check';
import { NumberField } from './NumberField';
import styles from './ExamEditor.module.css';

const DAY_S = 86_400;

type Limits = Pick<Policy, 'network_credit_limit_s' | 'server_credit_limit_s' | 'pause_limit_s'>;

/** When a candidate's clock stands still by itself. The notice quotes it. */
export function ClockGroup({
  policy,
  mayEdit,
  onChange,
}: {
  policy: Policy;
  mayEdit: boolean;
  onChange: (change: Partial<Limits>) => void;
}) {
  const network = policy.network_credit_limit_s;
  const server = policy.server_credit_limit_s;
  return (
    <details className={styles.fold}>
      <summary>
        <h3>When the clock stands still</h3>
        <span>{clockSummary(policy)}</span>
      </summary>
      <p className={styles.hint}>
        A pause is always given back in full, and a proctor can add time to anybody with a reason. The
        candidate reads this rule before consent, and sees every second that was given back.
      </p>
      <div className={styles.limits}>
        <Check
          isDisabled={!mayEdit}
          isSelected={server > 0}
          onChange={(on) => {
            onChange({ server_credit_limit_s: on ? DAY_S : 0 });
          }}
        >
          Give back time in which the server was away
        </Check>
        {server > 0 && (
          <div className={styles.under}>
            <NumberField
              label="At most (s), server away"
              hint={`${DAY_S} is all of it.`}
              value={server}
              min={1}
              max={DAY_S}
              mayEdit={mayEdit}
              onChange={(server_credit_limit_s) => {
                onChange({ server_credit_limit_s });
              }}
            />
          </div>
        )}
        <Check
          isDisabled={!mayEdit}
          isSelected={network > 0}
          onChange={(on) => {
            onChange({ network_credit_limit_s: on ? 300 : 0 });
          }}
        >
          Give back time in which the connection was lost
        </Check>
        {network > 0 && (
          <div className={styles.under}>
            <NumberField
              label="At most (s), connection lost"
              hint="Beyond it a proctor decides."
              value={network}
              min={1}
              max={DAY_S}
              mayEdit={mayEdit}
              onChange={(network_credit_limit_s) => {
                onChange({ network_credit_limit_s });
              }}
            />
          </div>
        )}
        <NumberField
          label="A pause that nobody ends runs out after the window by (h)"
          value={policy.pause_limit_s / 3600}
          min={1}
          max={720}
          mayEdit={mayEdit}
          onChange={(hours) => {
            onChange({ pause_limit_s: Math.round(hours * 3600) });
          }}
        />
      </div>
    </details>
  );
}

export function clockSummary(policy: Limits): string {
  const part = (what: string, limitS: number) =>
    limitS === 0 ? `${what}: nothing` : limitS >= DAY_S ? `${what}: all of it` : `${what}: up to ${limitS} s`;
  return `pause: all of it, ${part('server away', policy.server_credit_limit_s)}, ${part('lost connection', policy.network_credit_limit_s)}`;
}
