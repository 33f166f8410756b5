import type { CheckInView } from '@/attempt/attempt-api';
import type { DoneStep } from './check-words';

/** What the camera check shows. The points begin when the candidate says so: they fill the whole window. */
export type CheckScreen =
  | { is: 'intro' }
  | { is: 'starting' }
  | { is: 'before_points' }
  | { is: 'points'; view: CheckInView }
  | { is: 'step'; step: Exclude<DoneStep, 'calibrate'>; view: CheckInView }
  | { is: 'failed'; step: DoneStep; view: CheckInView }
  | { is: 'done'; view: CheckInView };

/**
 * begun: the candidate pressed Start in this page load; ready: said so for the points.
 * view: what the server said last.
 */
export function checkScreen(view: CheckInView | null, begun: boolean, ready: boolean): CheckScreen {
  if (!begun) return { is: 'intro' };
  if (view === null) return { is: 'starting' };
  if (view.step === 'done') return { is: 'done', view };
  if (stateOf(view, view.step) === 'failed') return { is: 'failed', step: view.step, view };
  if (view.step !== 'calibrate') return { is: 'step', step: view.step, view };
  return ready ? { is: 'points', view } : { is: 'before_points' };
}

export function stateOf(view: CheckInView, step: DoneStep): CheckInView['steps'][number]['state'] {
  return view.steps.find((one) => one.step === step)?.state ?? 'pending';
}
