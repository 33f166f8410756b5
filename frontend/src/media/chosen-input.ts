import type { InputKind } from '@/media/devices';

const key = (kind: InputKind) => `examhall-${kind}`;

/** The camera or microphone that was chosen last in this browser; null for the browser's own choice. */
export function chosenInput(kind: InputKind): string | null {
  try {
    return localStorage.getItem(key(kind));
  } catch {
    return null; // storage is forbidden here
  }
}

export function chooseInput(kind: InputKind, deviceId: string): void {
  try {
    localStorage.setItem(key(kind), deviceId);
  } catch {
    // The choice then holds as long as the device stays on.
  }
}
