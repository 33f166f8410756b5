import type { PageEventKind } from '@/api/generated/socket';
import { openDevice, type DeviceKind } from '@/media/devices';
import type { Published } from '@/media/meeting-client';
import type { AttemptStore, Device } from '@/attempt/attempt-store';

interface Listener {
  event(kind: PageEventKind): void;
  changed(tracks: Published): void;
}

const STARTED = {
  camera: 'camera_started',
  microphone: 'microphone_started',
  screen: 'screen_share_started',
} as const;
export const STOPPED = {
  camera: 'camera_stopped',
  microphone: 'microphone_stopped',
  screen: 'screen_share_stopped',
} as const;

/** Holds the candidate's camera, microphone and screen, and notices when one goes away. */
export class DeviceKeeper {
  readonly #store: AttemptStore;
  readonly #listener: Listener;
  readonly #tracks: Published = { camera: null, microphone: null, screen: null };

  constructor(store: AttemptStore, listener: Listener) {
    this.#store = store;
    this.#listener = listener;
  }

  async open(kind: DeviceKind): Promise<boolean> {
    this.#show(kind, { status: 'asking' });
    const opened = await openDevice(kind);
    if (!opened.ok) {
      this.#release(kind);
      this.#show(kind, { status: 'problem', problem: opened.problem });
      return false;
    }
    this.#release(kind);
    const { track, stream } = opened;
    this.#tracks[kind] = track;
    track.addEventListener('ended', () => {
      if (this.#tracks[kind] === track) {
        this.#tracks[kind] = null;
        this.#show(kind, { status: 'stopped' });
        this.#listener.event(STOPPED[kind]);
        this.#tell();
      }
    });
    this.#show(kind, { status: 'on', stream });
    this.#listener.event(STARTED[kind]);
    this.#tell();
    return true;
  }

  closeAll(): void {
    for (const kind of ['camera', 'microphone', 'screen'] as const) {
      this.#release(kind);
      this.#show(kind, { status: 'off' });
    }
    this.#tell();
  }

  #release(kind: DeviceKind): void {
    const track = this.#tracks[kind];
    this.#tracks[kind] = null;
    track?.stop(); // stopping it ourselves fires no "ended"
  }

  #show(kind: DeviceKind, device: Device): void {
    this.#store.setState(({ devices }) => ({ devices: { ...devices, [kind]: device } }));
  }

  #tell(): void {
    this.#listener.changed({ ...this.#tracks });
  }
}
