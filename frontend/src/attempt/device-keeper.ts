import type { Device as CameraDevice, PageEventKind } from '@/api/generated/socket';
import { describeCamera } from '@/media/camera-device';
import { chooseInput, chosenInput } from '@/media/chosen-input';
import { openDevice, type DeviceKind } from '@/media/devices';
import type { Published } from '@/media/meeting-client';
import type { AttemptStore, Device } from '@/attempt/attempt-store';

interface Listener {
  /** device: of the camera, with camera_started. */
  event(kind: PageEventKind, device?: CameraDevice): void;
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

  /** deviceId: another camera or microphone than the one chosen last. */
  async open(kind: DeviceKind, deviceId?: string): Promise<boolean> {
    if (kind !== 'screen' && deviceId !== undefined) {
      chooseInput(kind, deviceId);
    }
    this.#show(kind, { status: 'asking' });
    const opened = await openDevice(kind, kind === 'screen' ? null : (deviceId ?? chosenInput(kind)));
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
    // A shared screen falls silent by itself when nothing on it moves.
    if (kind !== 'screen') {
      for (const change of ['mute', 'unmute'] as const) {
        track.addEventListener(change, () => {
          this.#silenced(kind, track, stream);
        });
      }
    }
    this.#show(kind, { status: 'on', stream, silent: kind !== 'screen' && track.muted });
    this.#report(STARTED[kind], track);
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

  #silenced(kind: DeviceKind, track: MediaStreamTrack, stream: MediaStream): void {
    if (this.#tracks[kind] === track && track.readyState === 'live') {
      this.#show(kind, { status: 'on', stream, silent: track.muted });
      // Of the microphone somebody else tells, who hears it.
      if (kind === 'camera') this.#report(track.muted ? STOPPED.camera : STARTED.camera, track);
    }
  }

  #report(event: PageEventKind, track: MediaStreamTrack): void {
    if (event === 'camera_started') this.#listener.event(event, describeCamera(track));
    else this.#listener.event(event);
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
