import type { AttemptCard } from '@/api/types';

type CheckIn = NonNullable<AttemptCard['check_in']>;
export type CheckedStep = CheckIn['steps'][number];
export type Detector = AttemptCard['detectors_off'][number]['detector'];

/** Short, for lists of staff; candidates are told in sentences of their own. */
export const DETECTOR_NAMES: Record<Detector, string> = {
  faces: 'faces',
  head: 'head direction',
  gaze: 'gaze',
  identity: 'identity',
  phone: 'phones',
  book: 'books',
  laptop: 'laptops',
  persons: 'people in the room',
  speech: 'speech',
  liveness: 'live picture',
};

export const CHECK_STEPS: Record<CheckedStep['step'], string> = {
  face: 'Looked straight ahead',
  calibrate: 'Looked at the corners',
  challenge: 'Turned the head as asked',
  voice: 'Read a sentence aloud',
  done: 'Done',
};

/** A failed or skipped step is no suspicion: light, glasses and bodies differ. */
export const STEP_STATES: Record<CheckedStep['state'], string> = {
  passed: 'passed',
  failed: 'did not succeed',
  skipped: 'skipped',
  running: 'going on',
  pending: 'not yet',
};

/** "Not used here: gaze, speech", in one line. */
export function offLine(off: AttemptCard['detectors_off']): string {
  return `Not used here: ${off.map((one) => DETECTOR_NAMES[one.detector]).join(', ')}`;
}

/** The same with the reasons, for where there is room or a tooltip. */
export function offReasons(off: AttemptCard['detectors_off']): string {
  return `Not used here: ${off.map(withReason).join('; ')}`;
}

function withReason({ detector, reason }: AttemptCard['detectors_off'][number]): string {
  const plain = reason.replace(/\.$/, '');
  return plain === '' ? DETECTOR_NAMES[detector] : `${DETECTOR_NAMES[detector]} (${plain})`;
}
