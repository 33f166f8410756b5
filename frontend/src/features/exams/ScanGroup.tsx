import type { Policy } from '@/api/types';
import { Check } from '@/components/ui/Check';
import { NumberField } from './NumberField';
import { scanSummary } from './scan-summary';
import styles from './ExamEditor.module.css';

type Plan = Policy['scan'];

/** How often which detector runs: what is seen, and what a candidate costs, follow from it. */
export function ScanGroup({
  policy,
  mayEdit,
  onChange,
}: {
  policy: Policy;
  mayEdit: boolean;
  onChange: (scan: Plan) => void;
}) {
  const plan = policy.scan;
  const field = (label: string, name: keyof Plan, hint: string, min = 0) => (
    <NumberField
      label={label}
      hint={hint}
      value={Number(plan[name])}
      min={min}
      max={3600}
      mayEdit={mayEdit}
      onChange={(value) => {
        onChange({ ...plan, [name]: value });
      }}
    />
  );
  return (
    <details className={styles.fold}>
      <summary>
        <h3>How often the computer looks</h3>
        <span>{scanSummary(plan)}</span>
      </summary>
      <p className={styles.hint}>
        Looking more often finds shorter things and takes more of the server for each candidate. A detector
        that no signal asks for does not run.
      </p>
      <div className={styles.columns}>
        {field('A picture every (s)', 'interval_s', 'Faces are looked for in each one.', 0.2)}
        {field('Faces in the whole picture every (s)', 'fine_period_s', 'Finds small and far faces too.')}
        {field('Head and eyes every (s)', 'head_period_s', 'For looking away. 0: never.')}
        {field('Who it is every (s)', 'identity_period_s', 'For a different person. 0: never.')}
        {field(
          'Objects and people every (s)',
          'objects_period_s',
          'Phones, books, laptops, bodies. 0: never.',
        )}
      </div>
      <div className={styles.row}>
        <Check
          isDisabled={!mayEdit}
          isSelected={plan.speech}
          onChange={(speech) => {
            onChange({ ...plan, speech });
          }}
        >
          Listen for voices, where the microphone is on
        </Check>
      </div>
    </details>
  );
}
