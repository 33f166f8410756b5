import type { SignalInfo, SignalRule } from '@/api/types';
import { Check } from '@/components/ui/Check';
import { Select } from '@/components/ui/Select';
import { SeverityMark } from '@/components/ui/SeverityMark';
import { NumberField } from './PolicyGroup';
import styles from './ExamEditor.module.css';

const SEVERITIES = [
  { value: 'info', label: 'Info' },
  { value: 'low', label: 'Low' },
  { value: 'medium', label: 'Medium' },
  { value: 'high', label: 'High' },
] as const;

function summary(rule: SignalRule): string {
  const does = [
    rule.warn ? 'warns the candidate' : null,
    rule.alert ? 'alerts the proctor' : null,
    rule.pause ? 'pauses the exam' : null,
  ].filter((one) => one !== null);
  const when = rule.hold_s > 0 ? `after ${rule.hold_s} s` : 'at once';
  return does.length === 0 ? `noted ${when}` : `${does.join(', ')} ${when}`;
}

/** One signal: on or off, what it does, and behind the fold its numbers. */
export function SignalRow({
  info,
  rule,
  switchedOff,
  mayEdit,
  onChange,
}: {
  info: SignalInfo;
  rule: SignalRule;
  switchedOff: boolean;
  mayEdit: boolean;
  onChange: (rule: SignalRule) => void;
}) {
  const set = (change: Partial<SignalRule>) => {
    onChange({ ...rule, ...change });
  };
  const on = rule.enabled && !switchedOff;
  return (
    <li className={styles.signal} data-off={!on || undefined}>
      <Check
        isDisabled={!mayEdit || switchedOff}
        isSelected={on}
        onChange={(enabled) => {
          set({ enabled });
        }}
      >
        <strong>{info.label}</strong>
      </Check>
      <p className={styles.hint}>{info.sentence}</p>
      {switchedOff ? (
        <p>Off: the exam is opened beside.</p>
      ) : (
        rule.enabled && (
          <details>
            <summary>
              <SeverityMark severity={rule.severity} /> {summary(rule)}
            </summary>
            <div className={styles.columns}>
              <NumberField
                label={`Threshold (${info.threshold_unit})`}
                value={rule.threshold}
                mayEdit={mayEdit}
                onChange={(threshold) => {
                  set({ threshold });
                }}
              />
              <NumberField
                label="Must hold for (s)"
                value={rule.hold_s}
                max={600}
                mayEdit={mayEdit}
                onChange={(hold_s) => {
                  set({ hold_s });
                }}
              />
              <NumberField
                label="Over when gone for (s)"
                value={rule.release_s}
                max={600}
                mayEdit={mayEdit}
                onChange={(release_s) => {
                  set({ release_s });
                }}
              />
              <NumberField
                label="The same again counts within (s)"
                value={rule.cooldown_s}
                max={3600}
                mayEdit={mayEdit}
                onChange={(cooldown_s) => {
                  set({ cooldown_s });
                }}
              />
              <Select
                label="Severity"
                isDisabled={!mayEdit}
                value={rule.severity}
                options={SEVERITIES}
                onChange={(severity) => {
                  set({ severity });
                }}
              />
              <NumberField
                label="Adds to the risk (points)"
                value={rule.weight}
                max={100}
                mayEdit={mayEdit}
                onChange={(weight) => {
                  set({ weight });
                }}
              />
            </div>
            <div className={styles.row}>
              <Check
                isDisabled={!mayEdit}
                isSelected={rule.warn}
                onChange={(warn) => {
                  set({ warn });
                }}
              >
                Warn the candidate
              </Check>
              <Check
                isDisabled={!mayEdit}
                isSelected={rule.alert}
                onChange={(alert) => {
                  set({ alert });
                }}
              >
                Alert the proctor
              </Check>
              <Check
                isDisabled={!mayEdit}
                isSelected={rule.pause}
                onChange={(pause) => {
                  set({ pause });
                }}
              >
                Pause the exam
              </Check>
            </div>
          </details>
        )
      )}
    </li>
  );
}
