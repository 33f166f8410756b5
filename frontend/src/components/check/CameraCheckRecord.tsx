import { Check, CircleDashed, CircleSlash, Minus, UserSearch } from 'lucide-react';
import type { AttemptCard } from '@/api/types';
import { CHECK_STEPS, DETECTOR_NAMES, STEP_STATES, type CheckedStep } from './words';
import styles from './CameraCheckRecord.module.css';

const ICONS: Record<CheckedStep['state'], typeof Check> = {
  passed: Check,
  failed: CircleSlash,
  skipped: Minus,
  running: CircleDashed,
  pending: CircleDashed,
};

/** How the camera check went and what is off since; nothing for an attempt that had none. */
export function CameraCheckRecord({ card }: { card: AttemptCard }) {
  const { check_in: checked, detectors_off: off } = card;
  if (checked === null && off.length === 0) return null;
  return (
    <section className={styles.record} aria-label="Camera check">
      <h3>Camera check</h3>
      {checked !== null && (
        <ul className={styles.steps}>
          {checked.steps.map(({ step, state }) => {
            const Icon = ICONS[state];
            return (
              <li key={step} data-state={state}>
                <Icon size={14} aria-hidden /> {CHECK_STEPS[step]}: {STEP_STATES[state]}
              </li>
            );
          })}
        </ul>
      )}
      {checked?.reference_distance != null && (
        <p className={styles.photo}>
          <UserSearch size={14} aria-hidden />
          <span>
            Compared with the roster’s photo: distance {checked.reference_distance.toFixed(2)}. The same
            person is mostly under 0.50, a relative may be as well; look at both pictures yourself.
          </span>
        </p>
      )}
      {off.length === 0 ? (
        checked !== null && <p className={styles.all}>Everything that this exam asks for is used.</p>
      ) : (
        <>
          <p>Not used here, and nothing is said of it:</p>
          <dl className={styles.off}>
            {off.map(({ detector, reason }) => (
              <div key={detector}>
                <dt>{DETECTOR_NAMES[detector]}</dt>
                <dd>{reason}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}
