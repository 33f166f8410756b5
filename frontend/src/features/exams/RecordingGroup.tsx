import type { Policy } from '@/api/types';
import { Select } from '@/components/ui/Select';
import { usePolicyCost } from './queries';
import styles from './ExamEditor.module.css';

const CHOICES = [
  { value: 'off', label: 'Nothing: only pictures and sound around incidents are kept' },
  { value: 'camera', label: 'The camera' },
  { value: 'camera_and_screen', label: 'The camera and the screen' },
] as const;

/** What of the whole exam is kept, what it takes to store, and what to think of before. */
export function RecordingGroup({
  policy,
  mayEdit,
  onChange,
}: {
  policy: Policy;
  mayEdit: boolean;
  onChange: (recording: Policy['recording']) => void;
}) {
  const cost = usePolicyCost(policy);
  const bytes = cost.data?.recording_bytes_per_hour;
  return (
    <div className={styles.stack}>
      <Select
        label="Record the whole exam"
        isDisabled={!mayEdit}
        value={policy.recording}
        options={CHOICES}
        onChange={onChange}
      />
      {policy.recording !== 'off' && (
        <p className={styles.hint}>
          {bytes !== undefined && `About ${inMegabytes(bytes)} for each candidate and hour. `}A recording of
          somebody’s room is personal: use it only where pictures around incidents are not enough. The notice
          tells candidates, it is kept encrypted for {policy.retention_days}{' '}
          {policy.retention_days === 1 ? 'day' : 'days'}, and only staff of this exam see it.
          {policy.recording === 'camera_and_screen' && ' Candidates must share their screen.'}
        </p>
      )}
    </div>
  );
}

const inMegabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** What watching costs, so that a plan can be chosen for the machine there is. */
export function PlanCostLine({ policy }: { policy: Policy }) {
  const { data, isError } = usePolicyCost(policy);
  if (isError) return <p className={styles.hint}>What it costs is known once all numbers are right.</p>;
  if (data === undefined) return <p className={styles.hint}>Working out what it costs</p>;
  return (
    <p className={styles.hint}>
      About <strong>{data.quiet_ms_per_s.toFixed(0)} ms</strong> of one processor core per second and
      candidate ({data.talking_ms_per_s.toFixed(0)} ms for one who talks all the time): a core carries about{' '}
      <strong>{data.candidates_per_core}</strong>. Machines differ; <code>examhall plan</code> measures yours.
    </p>
  );
}
