import type { DeviceKind, DeviceProblem } from '@/media/devices';

export const DEVICE_NAMES: Record<DeviceKind, string> = {
  camera: 'Camera',
  microphone: 'Microphone',
  screen: 'Screen',
};

/** It is on, and nothing comes from it. */
export function silentWords(kind: DeviceKind): { title: string; words: string } {
  return kind === 'camera'
    ? {
        title: 'Your camera gives no picture.',
        words: 'Open its shutter or press its key, close other programs that use it, or turn it on again.',
      }
    : {
        title: 'Your microphone is muted.',
        words:
          'Unmute it with its own switch, the key on your keyboard or in your system, or turn it on again.',
      };
}

/** What to do, for this device. Plain words; the browser's own names for its buttons differ. */
export function whatToDo(kind: DeviceKind, problem: DeviceProblem): string {
  const name = DEVICE_NAMES[kind].toLowerCase();
  switch (problem) {
    case 'denied':
      return kind === 'screen'
        ? 'The screen was not shared. Press the button again, choose "Entire screen" and confirm. On a Mac, also allow your browser under System Settings, Privacy, Screen Recording.'
        : `The browser may not use your ${name}. Click the symbol at the left of the address bar, allow the ${name} for this page, and try again.`;
    case 'missing':
      return `No ${name} was found. Plug one in, or switch it on, and try again.`;
    case 'busy':
      return `Your ${name} does not start. Another program may be using it: close video calls and camera programs, then try again. If that does not help, unplug it and plug it in again.`;
    case 'unfit':
      return `This ${name} cannot do what is needed. Choose another one in your browser's settings and try again.`;
    case 'insecure':
      return `This page was opened without encryption, so the browser gives it no ${name}. Open your link again with https:// at the front, or ask the people who sent it.`;
    case 'unsupported':
      return kind === 'screen'
        ? 'This browser cannot share a screen. Use Chrome, Edge or Firefox on a computer; phones and tablets cannot do it.'
        : `This browser cannot use a ${name}. Open your link in a current Chrome, Edge, Firefox or Safari.`;
    case 'not_whole_screen':
      return 'A window or a tab was shared. This exam needs the entire screen: press the button again and choose "Entire screen".';
    case 'unknown':
      return `Your ${name} did not start. Try again; if it still does not work, restart the browser and open your link again.`;
  }
}
