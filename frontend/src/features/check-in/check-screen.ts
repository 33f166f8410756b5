import type { CheckInView, Room } from '@/attempt/attempt-api';
import type { Detector, DoneStep } from './check-words';

/** What the camera check shows. The points begin when the candidate says so: they fill the whole window. */
export type CheckScreen =
  | { is: 'intro' }
  | { is: 'starting' }
  | { is: 'before_points'; view: CheckInView }
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
  return ready ? { is: 'points', view } : { is: 'before_points', view };
}

function stateOf(view: CheckInView, step: DoneStep): CheckInView['steps'][number]['state'] | undefined {
  return view.steps.find((one) => one.step === step)?.state;
}

/** The steps of this check, in their order: what a policy does not look for is not tried. */
export function stepsOf(view: CheckInView): DoneStep[] {
  return view.steps.flatMap(({ step }) => (step === 'done' ? [] : [step]));
}

/** What will come, as far as it follows from what the candidate agreed to. */
export function plannedSteps(watched: Room['notice']['watched']): DoneStep[] {
  const asks = (signal: (typeof watched)[number]['signal']) => watched.some((one) => one.signal === signal);
  return [
    'face',
    ...(asks('looking_away') ? (['calibrate'] as const) : []),
    ...(asks('spoof') ? (['challenge'] as const) : []),
    ...(asks('speech') ? (['voice'] as const) : []),
  ];
}

const SHOWN_BY: Record<DoneStep, readonly Detector[]> = {
  face: ['faces', 'head', 'gaze', 'identity', 'phone', 'book', 'laptop', 'persons', 'liveness'],
  calibrate: ['head', 'gaze'],
  challenge: ['liveness'],
  voice: ['speech'],
};

/** Steps that could still change something when they are done again: not done, or behind what is off. */
export function worthAgain(view: CheckInView): DoneStep[] {
  const off = new Set(view.detectors.filter((one) => !one.trusted).map((one) => one.detector));
  const undone = stepsOf(view).filter((step) => ['failed', 'skipped'].includes(stateOf(view, step) ?? ''));
  const explained = new Set(undone.flatMap((step) => SHOWN_BY[step]));
  return stepsOf(view).filter(
    (step) => undone.includes(step) || SHOWN_BY[step].some((one) => off.has(one) && !explained.has(one)),
  );
}
