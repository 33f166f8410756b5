import type { CheckInView } from '@/attempt/attempt-api';
import { stepsOf } from './check-screen';
import type { DoneStep } from './check-words';

/** How far it is. */
export function StepCount({ step, view }: { step: DoneStep; view: CheckInView }) {
  const steps = stepsOf(view);
  return (
    <>
      Step {steps.indexOf(step) + 1} of {steps.length}
    </>
  );
}
