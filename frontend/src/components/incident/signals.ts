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
  different_person: 'Different person',
  looking_away: 'Looking away',
  phone: 'Phone',
  book: 'Book',
  laptop: 'Another laptop',
  person_in_background: 'Person in the background',
  speech: 'Voice',
  microphone_muted: 'Microphone muted',
  second_screen: 'Second screen',
  virtual_camera: 'Virtual camera',
  spoof: 'Picture does not live',
};

interface SignalGroup {
  name: string;
  /** To a candidate. */
  plainly: string;
  signals: readonly Signal[];
}

/** The order in which people read a policy: what a signal is about, not how it is found. */
const SIGNAL_GROUPS: readonly SignalGroup[] = [
  {
    name: 'Who is in the picture',
    plainly: 'Who is in the picture',
    signals: ['no_face', 'multiple_faces', 'different_person', 'person_in_background'],
  },
  { name: 'Attention', plainly: 'Where you look', signals: ['looking_away'] },
  { name: 'Objects', plainly: 'Things around you', signals: ['phone', 'book', 'laptop'] },
  { name: 'Sound', plainly: 'Sound', signals: ['speech', 'microphone_muted'] },
  {
    name: 'Page and devices',
    plainly: 'This page and your devices',
    signals: [
      'tab_hidden',
      'window_blur',
      'fullscreen_exit',
      'clipboard',
      'screen_share_stopped',
      'second_screen',
      'second_device',
      'connection_lost',
    ],
  },
  {
    name: 'Camera and tampering',
    plainly: 'That your camera shows you',
    signals: ['camera_blocked', 'virtual_camera', 'spoof'],
  },
];

/** What is about signals, in those groups; what a newer server adds comes last, groups without any are left out. */
export function inGroups<One extends { signal: Signal }>(
  all: readonly One[],
): { name: string; plainly: string; members: One[] }[] {
  const known = new Set(SIGNAL_GROUPS.flatMap((group) => group.signals));
  return [
    ...SIGNAL_GROUPS.map(({ signals, ...group }) => ({
      ...group,
      members: signals.flatMap((signal) => all.filter((one) => one.signal === signal)),
    })),
    { name: 'Other', plainly: 'Other', members: all.filter((one) => !known.has(one.signal)) },
  ].filter((group) => group.members.length > 0);
}

export const VERDICT_WORDS: Record<Verdict, string> = {
  undecided: 'Undecided',
  confirmed: 'Confirmed',
  dismissed: 'Dismissed',
  second_look: 'Second look',
};

export const SEVERITY_RANK = { info: 0, low: 1, medium: 2, high: 3 } as const;
