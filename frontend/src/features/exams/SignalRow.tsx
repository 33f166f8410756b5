import type { SignalInfo, SignalRule } from '@/api/types';
import { SignalIcon } from '@/components/incident/SignalIcon';
import { Check } from '@/components/ui/Check';
import { Segmented } from '@/components/ui/Segmented';
import { Select } from '@/components/ui/Select';
import { SeverityMark } from '@/components/ui/SeverityMark';
import { NumberField } from './NumberField';
import { inMode, modeOf, MODES, ruleSummary } from './signal-mode';
import styles from './ExamEditor.module.css';

const SEVERITIES = [
  { value: 'info', label: 'Info' },
  { value: 'low', label: 'Low' },
  { value: 'medium', label: 'Medium' },
  { value: 'high', label: 'High' },
] as const;

interface RowProps {
  info: SignalInfo;
  rule: SignalRule;
  mayEdit: boolean;
  onChange: (rule: SignalRule) => void;
}

/** One signal: off, in shadow or on, what it does, and behind the fold its numbers. */
export function SignalRow({ switchedOff, ...row }: RowProps & { switchedOff: boolean }) {
  const { info, rule, mayEdit, onChange } = row;
  const mode = switchedOff ? 'off' : modeOf(rule);
  return (
    <li className={styles.signal} data-off={mode === 'off' || undefined}>
      <div className={styles.signalHead}>
        <strong>
          <SignalIcon signal={info.signal} /> {info.label}
        </strong>
        <Segmented
          label={info.label}
          value={mode}
          options={MODES}
          isDisabled={!mayEdit || switchedOff}
          onChange={(next) => {
            onChange(inMode(rule, next));
          }}
        />
      </div>
      <p className={styles.hint}>{info.sentence}</p>
      {switchedOff ? (
        <p>Off: the exam is opened beside.</p>
      ) : (
        mode !== 'off' && (
          <details>
            <summary>
              {mode === 'on' && <SeverityMark severity={rule.severity} />} {ruleSummary(rule)}
            </summary>
            <Numbers {...row} />
            {mode === 'shadow' ? (
              <p className={styles.hint}>
                Shadow: counted and measured, shown to nobody. It warns, alerts and pauses only once it is on.
              </p>
            ) : (
              <Consequences {...row} />
            )}
          </details>
        )
      )}
    </li>
  );
}

function Numbers({ info, rule, mayEdit, onChange }: RowProps) {
  const set = (change: Partial<SignalRule>) => {
    onChange({ ...rule, ...change });
  };
  return (
    <>
      <div className={styles.columns}>
        {info.threshold_unit !== '' && (
          <NumberField
            label={`Threshold (${info.threshold_unit})`}
            value={rule.threshold}
            mayEdit={mayEdit}
            onChange={(threshold) => {
              set({ threshold });
            }}
          />
        )}
        <NumberField
          label="Must hold for (s)"
          value={rule.hold_s}
          max={600}
          mayEdit={mayEdit}
          onChange={(hold_s) => {
            set({ hold_s });
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
      </div>
      <details>
        <summary>When it is over, and what it adds to the risk</summary>
        <div className={styles.columns}>
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
      </details>
    </>
  );
}

function Consequences({ rule, mayEdit, onChange }: RowProps) {
  return (
    <div className={styles.row}>
      <Check
        isDisabled={!mayEdit}
        isSelected={rule.warn}
        onChange={(warn) => {
          onChange({ ...rule, warn });
        }}
      >
        Warn the candidate
      </Check>
      <Check
        isDisabled={!mayEdit}
        isSelected={rule.alert}
        onChange={(alert) => {
          onChange({ ...rule, alert });
        }}
      >
        Alert the proctor
      </Check>
      <Check
        isDisabled={!mayEdit}
        isSelected={rule.pause}
        onChange={(pause) => {
          onChange({ ...rule, pause });
        }}
      >
        Pause the exam
      </Check>
    </div>
  );
}
