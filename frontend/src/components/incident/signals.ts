import type { Signal, Verdict } from '@/api/types';

/** Short names of the signals for lists and rows; the sentences come from the server's catalogue. */
export const SIGNAL_NAMES: Record<Signal, string> = {
  no_face: 'Nobody in view',
  multiple_faces: 'More than one face',
  camera_blocked: 'Camera blocked',
  tab_hidden: 'Other tab',
  window_blur: 'Other window',
  fullscreen_exit: 'Left full screen',
  clipboard: 'Clipboard',
  screen_share_stopped: 'Screen share stopped',
  connection_lost: 'Connection lost',
  second_device: 'Second device',
};

export const VERDICT_WORDS: Record<Verdict, string> = {
  undecided: 'Undecided',
  confirmed: 'Confirmed',
  dismissed: 'Dismissed',
  second_look: 'Second look',
};

export const SEVERITY_RANK = { info: 0, low: 1, medium: 2, high: 3 } as const;
