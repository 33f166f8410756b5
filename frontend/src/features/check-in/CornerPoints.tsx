import { useEffect, useRef } from 'react';
import type { CheckInView } from '@/attempt/attempt-api';
import { useCandidateLook } from '@/attempt/candidate-look';
import { ADVICE_WORDS, STEP_WORDS, TARGET_WORDS } from './check-words';
import { CheckLine } from './CheckLine';
import { StepButton } from './StepButton';
import styles from './CornerPoints.module.css';

/**
 * The whole window, and one dot in it at a time: its corners are the corners of what the candidate will look
 * at. The own picture is left out, because eyes go to it.
 */
export function CornerPoints({
  view,
  onAgain,
  onSkip,
}: {
  view: CheckInView;
  onAgain: () => void;
  onSkip: () => void;
}) {
  useCandidateLook();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const target = view.target ?? 'centre';
  const advice = view.advice === null ? null : ADVICE_WORDS[view.advice];
  return (
    <main className={styles.points}>
      <title>{`${STEP_WORDS.calibrate.title} · Examhall`}</title>
      <div className={styles.words}>
        <h1 ref={heading} tabIndex={-1}>
          Follow the dot
        </h1>
        <p role="status" className={styles.target}>
          {TARGET_WORDS[target]}
        </p>
        <p role="status" className={styles.advice}>
          {advice !== null && (
            <>
              <strong>{advice.title}.</strong> {advice.words}
            </>
          )}
        </p>
        <CheckLine />
        <div className={styles.actions}>
          <StepButton size="medium" onPress={onAgain}>
            Begin again
          </StepButton>
          <StepButton size="medium" variant="quiet" onPress={onSkip}>
            Skip this step
          </StepButton>
        </div>
      </div>
      <div className={styles.dot} data-at={target} aria-hidden>
        <svg viewBox="0 0 64 64" width="64" height="64">
          <circle className={styles.halo} cx="32" cy="32" r="28" />
          <circle
            className={styles.ring}
            cx="32"
            cy="32"
            r="28"
            pathLength="1"
            strokeDasharray={`${view.progress} 2`}
            transform="rotate(-90 32 32)"
          />
          <circle className={styles.spot} cx="32" cy="32" r="14" />
          <circle className={styles.eye} cx="32" cy="32" r="3.5" />
        </svg>
      </div>
    </main>
  );
}
