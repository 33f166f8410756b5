import type { CheckInView } from '@/attempt/attempt-api';

type Step = CheckInView['step'];
export type DoneStep = Exclude<Step, 'done'>;
export type Target = NonNullable<CheckInView['target']>;
export type Advice = NonNullable<CheckInView['advice']>;
export type Detector = CheckInView['detectors'][number]['detector'];

interface StepWords {
  title: string;
  /** What to do, in one sentence. */
  instruction: string;
  /** In the list of what comes. */
  plan: string;
}

export const STEP_WORDS: Record<DoneStep, StepWords> = {
  face: {
    title: 'Look straight ahead',
    instruction: 'Sit as you will sit in the exam, with your whole face in the oval.',
    plan: 'Look straight ahead for a few seconds',
  },
  calibrate: {
    title: 'Look at five points',
    instruction: 'Follow the dot with your eyes. Your head may move as it likes.',
    plan: 'Follow a dot to the corners of the window',
  },
  challenge: {
    title: 'Turn your head',
    instruction: 'Follow the arrow, slowly and only as far as it is comfortable.',
    plan: 'Turn your head to one side and the other',
  },
  voice: {
    title: 'Read a sentence aloud',
    instruction: 'Read it as you would to somebody beside you. The words are not kept.',
    plan: 'Read a short sentence aloud',
  },
};

export const SENTENCE = 'The morning is clear, and I am ready to begin.';

/** Where to look. Left and right are the candidate's own, which is how the mirrored picture shows them. */
export const TARGET_WORDS: Record<Target, string> = {
  centre: 'Look at the middle',
  top_left: 'Look at the top left corner',
  top_right: 'Look at the top right corner',
  bottom_right: 'Look at the bottom right corner',
  bottom_left: 'Look at the bottom left corner',
  turn_left: 'Turn your head to your left',
  turn_right: 'Turn your head to your right',
};

/** Between two turns the head comes back. */
export function turnWords(target: Target | null): string {
  if (target === null) return '';
  return target === 'centre' ? 'Look straight ahead' : TARGET_WORDS[target];
}

/** What helps now: what we see, and what to do about it. */
export const ADVICE_WORDS: Record<Advice, { title: string; words: string }> = {
  no_face: {
    title: 'We cannot see your face',
    words:
      'Sit in front of the camera so that your face is in the oval, and see that nothing covers the lens.',
  },
  several_faces: {
    title: 'We see more than one face',
    words: 'Ask others to step out of the picture. Turn a poster or a screen behind you away.',
  },
  come_closer: {
    title: 'You are a little far away',
    words: 'Move closer, or bring the camera closer, until your face fills the oval.',
  },
  more_light: {
    title: 'Your face is dark',
    words: 'Turn on a lamp in front of you, or turn towards a window.',
  },
  less_backlight: {
    title: 'The light behind you is strong',
    words: 'Close the curtain, or turn so that the window or lamp is in front of you.',
  },
  hold_still: { title: 'Hold still for a moment', words: 'The picture is a little blurred by movement.' },
  face_the_camera: {
    title: 'Turn towards the camera',
    words: 'Look straight ahead. It is easiest with the camera at the height of your eyes.',
  },
  glare: {
    title: 'Your glasses reflect the light',
    words: 'Tilt the screen a little, or move the lamp to the side. Keep your glasses on if you need them.',
  },
  turn_further: {
    title: 'A little further',
    words: 'Only as far as it is comfortable. If you cannot, skip this step.',
  },
  speak_louder: {
    title: 'We hear you only faintly',
    words: 'Speak a little louder, or move closer to the microphone.',
  },
  no_sound: {
    title: 'We hear nothing',
    words: 'See whether the microphone is muted: headsets often have a switch of their own.',
  },
  photo_differs: {
    title: 'You look different from the photo we were given',
    words:
      'That is common: hair, glasses and light change a face. You can go on; your proctor compares the two, not the computer.',
  },
  server_busy: {
    title: 'The server is busy, so this takes a little longer',
    words: 'Many people are beginning now. Stay as you are: you lose no time by it.',
  },
};

interface DetectorWords {
  name: string;
  /** Where it does not work for this candidate. */
  off: string;
  /** What they may do about it, instead of the server's reason, which is for the proctor. */
  help?: string;
}

/** Seen all the time at the check, so that it would be seen all the time in the exam. */
const MOVE_IT =
  'Something like it was in the picture all the time. If you can, move it away and look straight ahead again.';

export const DETECTOR_WORDS: Record<Detector, DetectorWords> = {
  faces: { name: 'Faces in the picture', off: 'Faces are not looked for in your exam.' },
  head: { name: 'Where your head turns', off: 'The direction of your head will not be used in your exam.' },
  gaze: { name: 'Where your eyes look', off: 'Gaze will not be used in your exam.' },
  identity: { name: 'That it is you', off: 'Your face will not be compared in your exam.' },
  phone: { name: 'Phones', off: 'Phones are not looked for in your exam.', help: MOVE_IT },
  book: { name: 'Books', off: 'Books are not looked for in your exam.', help: MOVE_IT },
  laptop: { name: 'Laptops', off: 'Laptops are not looked for in your exam.', help: MOVE_IT },
  persons: {
    name: 'Other people in the room',
    off: 'People behind you are not looked for in your exam.',
    help: MOVE_IT,
  },
  speech: { name: 'Voices', off: 'Voices are not listened for in your exam.' },
  liveness: {
    name: 'That the picture is live',
    off: 'Whether your picture is live will not be judged in your exam.',
  },
};
