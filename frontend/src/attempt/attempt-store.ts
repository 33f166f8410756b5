import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  AttemptState,
  ChatMessage,
  MeetingCommand,
  ServerToCandidate,
  StateChanged,
  WarningNote,
  Welcome,
} from '@/api/generated/socket';
import type { Refusal } from '@/api/candidate-socket';
import type { CheckInView, Room } from '@/attempt/attempt-api';
import { heardNow, type ExamClock } from '@/attempt/exam-clock';
import { NO_RECORDING, type RecordingView } from '@/attempt/recording-line';
import type { UnsentChat } from '@/attempt/unsent-words';
import type { Rung } from '@/media/bandwidth-ladder';
import type { DeviceKind, DeviceProblem } from '@/media/devices';

/** "limited": the socket is blocked, the page speaks HTTP and everything but the live view works. */
export type Connection = 'connecting' | 'open' | 'limited' | 'offline';

export type Device =
  | { status: 'off' }
  | { status: 'asking' }
  /** silent: it is on and gives nothing, as with a shutter or a mute key. */
  | { status: 'on'; stream: MediaStream; silent: boolean }
  | { status: 'problem'; problem: DeviceProblem }
  /** Was on and ended by itself: unplugged, or stopped from the browser's own bar. */
  | { status: 'stopped' };

/** Everything the candidate's pages show; written by the attempt's session alone. */
export interface AttemptView {
  room: Room;
  state: AttemptState;
  clock: ExamClock;
  connection: Connection;
  refused: Refusal | null;
  chat: ChatMessage[];
  unsentChat: UnsentChat[];
  warnings: WarningNote[];
  handRaised: boolean;
  pausedBy: string | null;
  /** What the server said with the last change of state. */
  reason: string | null;
  /** Time given since the candidate last looked, and for what; note: the words of the proctor who gave it. */
  givenBack: { seconds: number; after: 'network' | 'pause' | 'other'; note: string } | null;
  /** This browser's time of the last reconnect: what is given soon after is for the loss before. */
  reconnectedAt: number | null;
  watchedBy: string[];
  /** What a proctor did to this page in the live view, until it is put right. */
  liveNote: MeetingCommand | null;
  /** Of staff who speak to the candidate now. */
  proctorVoice: MediaStream | null;
  devices: Record<DeviceKind, Device>;
  /** The devices were switched on in this page load: a reload loses them, the attempt goes on. */
  devicesReady: boolean;
  /** Where the camera check stands, once it was begun or asked for in this page load. */
  checkIn: CheckInView | null;
  /** What the page leaves out because the line is slow. */
  rung: Rung;
  recording: RecordingView;
}

export type AttemptStore = StoreApi<AttemptView>;

/** unsentChat: what earlier page loads could not send. */
export function createAttemptStore(room: Room, unsentChat: UnsentChat[] = []): AttemptStore {
  const off: Device = { status: 'off' };
  return createStore<AttemptView>(() => ({
    room,
    state: room.state,
    clock: heardNow(room.clock),
    connection: 'connecting',
    refused: null,
    chat: [],
    unsentChat,
    warnings: [],
    handRaised: false,
    pausedBy: null,
    reason: room.reason,
    givenBack: null,
    reconnectedAt: null,
    watchedBy: [],
    liveNote: null,
    proctorVoice: null,
    devices: { camera: off, microphone: off, screen: off },
    devicesReady: false,
    checkIn: null,
    rung: 0,
    recording: NO_RECORDING,
  }));
}

/** What a message of the server changes in the view; what it makes the page do is the session's. */
export function viewAfter(view: AttemptView, message: ServerToCandidate): Partial<AttemptView> {
  switch (message.type) {
    case 'welcome':
      return afterWelcome(view, message);
    case 'state':
      return afterState(view, message);
    case 'warning':
      return { warnings: [...view.warnings.filter(({ id }) => id !== message.warning.id), message.warning] };
    case 'chat':
      return {
        chat: [...view.chat.filter(({ id }) => id !== message.message.id), message.message],
        unsentChat: view.unsentChat.filter(({ clientId }) => clientId !== message.client_id),
      };
    case 'hand':
      return { handRaised: message.raised };
    case 'check_in':
      return { checkIn: message };
    case 'watch_open':
      return {
        ...(message.tell ? { watchedBy: [...view.watchedBy, message.watch_id] } : {}),
        ...(view.liveNote?.action === 'leave' ? { liveNote: null } : {}),
      };
    case 'meeting':
      return message.action === 'join' ? {} : { liveNote: message };
    case 'watch_close':
      return { watchedBy: view.watchedBy.filter((watchId) => watchId !== message.watch_id) };
    default:
      return {};
  }
}

function afterWelcome(view: AttemptView, message: Welcome): Partial<AttemptView> {
  const credited = message.clock.credited_s - view.clock.clock.credited_s;
  const wasOffline = view.connection === 'offline' || view.connection === 'limited';
  return {
    state: message.state,
    clock: heardNow(message.clock),
    chat: message.chat,
    warnings: message.warnings,
    handRaised: message.hand_raised,
    pausedBy: message.paused_by,
    reason: message.reason,
    watchedBy: [],
    ...(wasOffline ? { reconnectedAt: Date.now() } : {}),
    ...(wasOffline && credited >= 1 ? { givenBack: given(view, message.clock, credited, 'network') } : {}),
  };
}

/** The same words, asked for again and again where sockets are blocked. */
export function viewAfterUpdates(view: AttemptView, message: Welcome): Partial<AttemptView> {
  const seconds = message.clock.credited_s - view.clock.clock.credited_s;
  const after = view.connection === 'offline' ? 'network' : whatFor(view);
  const { reconnectedAt } = view;
  return {
    ...afterWelcome(view, message),
    connection: 'limited',
    reconnectedAt: view.connection === 'offline' ? Date.now() : reconnectedAt,
    givenBack: seconds >= 1 ? given(view, message.clock, seconds, after) : view.givenBack,
  };
}

function afterState(view: AttemptView, message: StateChanged): Partial<AttemptView> {
  const seconds = message.given_back_s;
  return {
    state: message.state,
    clock: heardNow(message.clock),
    reason: message.reason,
    pausedBy: message.paused_by,
    ...(seconds !== null && seconds >= 1
      ? { givenBack: given(view, message.clock, seconds, whatFor(view)) }
      : {}),
  };
}

type GivenBack = NonNullable<AttemptView['givenBack']>;

/** What a proctor gave is said as that, whatever happened to the line just before. */
function given(
  { clock: before }: AttemptView,
  { ledger }: Welcome['clock'],
  seconds: number,
  after: GivenBack['after'],
): GivenBack {
  const line = ledger.length > before.clock.ledger.length ? ledger.at(-1) : undefined;
  return line?.reason === 'proctor'
    ? { seconds, after: 'other', note: line.note }
    : { seconds, after, note: '' };
}

const SOON_MS = 30_000;

function whatFor({ state, reconnectedAt }: AttemptView): 'network' | 'pause' | 'other' {
  if (state === 'paused') {
    return 'pause';
  }
  return reconnectedAt !== null && Date.now() - reconnectedAt < SOON_MS ? 'network' : 'other';
}
