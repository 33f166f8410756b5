export type DeviceKind = 'camera' | 'microphone' | 'screen';

/** Why a device is not there, in the terms of what the candidate can do about it. */
export type DeviceProblem =
  'denied' | 'missing' | 'busy' | 'unfit' | 'insecure' | 'unsupported' | 'not_whole_screen' | 'unknown';

export type Opened =
  { ok: true; track: MediaStreamTrack; stream: MediaStream } | { ok: false; problem: DeviceProblem };

const PROBLEMS: Record<string, DeviceProblem> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
  OverconstrainedError: 'unfit',
  InvalidStateError: 'denied',
  NotSupportedError: 'unsupported',
};

/** What there is a choice of: a screen is chosen in the browser's own window. */
export type InputKind = 'camera' | 'microphone';

export interface Input {
  id: string;
  /** The device's own name. */
  name: string;
}

const REQUESTS: Record<InputKind, (which: MediaTrackConstraints) => MediaStreamConstraints> = {
  camera: (which) => ({
    video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 }, ...which },
  }),
  microphone: (which) => ({ audio: { echoCancellation: true, noiseSuppression: false, ...which } }),
};
const ANY: Record<InputKind, MediaTrackConstraints> = { camera: { facingMode: 'user' }, microphone: {} };
const LISTED_AS: Record<MediaDeviceKind, InputKind | null> = {
  videoinput: 'camera',
  audioinput: 'microphone',
  audiooutput: null,
};
/** The system's choice shows up once more under these names. */
const ALIASES = new Set(['default', 'communications']);

/** The devices of a kind, in the browser's order; nothing before it has given one to this page. */
export async function listInputs(kind: InputKind): Promise<Input[]> {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all
    .filter((device) => LISTED_AS[device.kind] === kind && device.label !== '')
    .filter((device) => !ALIASES.has(device.deviceId))
    .map((device) => ({ id: device.deviceId, name: device.label }));
}

/** Asks the browser for one device, that with this id where it is still there; never throws. */
export async function openDevice(kind: DeviceKind, preferredId: string | null = null): Promise<Opened> {
  const missing = whatTheBrowserLacks(kind);
  if (missing !== null) {
    return { ok: false, problem: missing };
  }
  try {
    return kind === 'screen' ? await openScreen() : await openInput(kind, preferredId);
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/** True when the browser would give camera and microphone without asking again. */
export async function alreadyAllowed(): Promise<boolean> {
  try {
    const answers = await Promise.all(
      ['camera', 'microphone'].map((name) => navigator.permissions.query({ name: name as PermissionName })),
    );
    return answers.every((answer) => answer.state === 'granted');
  } catch {
    return false; // a browser that does not tell is asked with a button
  }
}

function problemOf(error: unknown): DeviceProblem {
  return (error instanceof Error ? PROBLEMS[error.name] : undefined) ?? 'unknown';
}

function whatTheBrowserLacks(kind: DeviceKind): DeviceProblem | null {
  if (!window.isSecureContext) {
    return 'insecure';
  }
  // Typed as always there; old browsers and plain http disagree.
  const devices = navigator.mediaDevices as Partial<MediaDevices> | undefined;
  const wanted = kind === 'screen' ? devices?.getDisplayMedia : devices?.getUserMedia;
  return wanted === undefined ? 'unsupported' : null;
}

async function openInput(kind: InputKind, preferredId: string | null): Promise<Opened> {
  if (preferredId !== null) {
    try {
      const which = { deviceId: { exact: preferredId } };
      return opened(await navigator.mediaDevices.getUserMedia(REQUESTS[kind](which)));
    } catch (error) {
      // Unplugged since it was chosen: any other is better than none.
      if (!['unfit', 'missing'].includes(problemOf(error))) throw error;
    }
  }
  return opened(await navigator.mediaDevices.getUserMedia(REQUESTS[kind](ANY[kind])));
}

async function openScreen(): Promise<Opened> {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: { displaySurface: 'monitor', frameRate: { max: 5 } },
    audio: false,
    // Not in the types yet: offer whole screens first and not this very tab.
    ...({
      monitorTypeSurfaces: 'include',
      selfBrowserSurface: 'exclude',
      surfaceSwitching: 'exclude',
    } as object),
  });
  const answer = opened(stream);
  // A browser that does not say which surface it is (Safari) is taken at its word.
  const surface = answer.ok ? answer.track.getSettings().displaySurface : undefined;
  if (answer.ok && surface !== undefined && surface !== 'monitor') {
    answer.track.stop();
    return { ok: false, problem: 'not_whole_screen' };
  }
  return answer;
}

function opened(stream: MediaStream): Opened {
  const [track] = stream.getTracks();
  return track === undefined ? { ok: false, problem: 'missing' } : { ok: true, track, stream };
}
