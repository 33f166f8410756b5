import type { components } from '@/api/generated/rest';
import type { IceServer, MeetingCommand, Signalling, WatchOpened } from '@/api/generated/socket';

/** Live audio and video between a candidate's page and those who watch it, whatever carries it. */

export type ProviderName = WatchOpened['provider'];
/** A page's way into the meeting: provider, address, token and when it ends. */
export type Ticket = components['schemas']['MeetingTicket'];

/**
 * The raw tracks of the candidate's devices, null while one is off. The page opens them itself and its analysis
 * runs on them: a provider only shows them, on copies where it wants to change something.
 */
export interface Published {
  camera: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
}
export type What = keyof Published;
export const WHATS: readonly What[] = ['camera', 'microphone', 'screen'];

export type WatchSignal = Omit<Signalling, 'type'>;
export type Profile = 'grid' | 'focus';

/** What is sent of each kind, by how closely the proctor looks. Widths in pixels, rates in bit/s and frames/s. */
export const PROFILES: Record<Profile, Record<What, Quality>> = {
  grid: {
    camera: { maxBitrate: 150_000, maxFramerate: 10, width: 320 },
    microphone: { maxBitrate: 24_000 },
    screen: { maxBitrate: 200_000, maxFramerate: 2, width: 1280 },
  },
  focus: {
    camera: { maxBitrate: 800_000, maxFramerate: 15, width: 640 },
    microphone: { maxBitrate: 24_000 },
    screen: { maxBitrate: 600_000, maxFramerate: 5, width: 1280 },
  },
};
/** On a line that carries hardly anything. */
export const SMALLEST: Record<What, Quality> = {
  camera: { maxBitrate: 60_000, maxFramerate: 5, width: 160 },
  microphone: { maxBitrate: 16_000 },
  screen: { maxBitrate: 80_000, maxFramerate: 1, width: 640 },
};
export interface Quality {
  maxBitrate: number;
  maxFramerate?: number;
  width?: number;
}

/** What the server says when it opens a live view. */
export interface WatchTerms {
  watchId: string;
  provider: ProviderName;
  iceServers: IceServer[];
  relayOnly: boolean;
}

/** What a meeting needs of the candidate's page. */
export interface CandidateLine {
  send(signal: WatchSignal): void;
  join(): Promise<Ticket>;
  /** Who of the staff speaks to the candidate now; null: nobody. */
  heard(voices: MediaStream | null): void;
}

/** The candidate's side: shows what it has to those whom the server lets watch. */
export interface CandidateMeeting {
  publish(tracks: Published): void;
  openWatch(terms: WatchTerms, profile: Profile): void;
  closeWatch(watchId: string): void;
  receive(signal: WatchSignal): void;
  /** What the server asks of the page: join anew, show one device no more, show nothing until the next live view. */
  command(command: Pick<MeetingCommand, 'action' | 'media'>): void;
  /** small: the least that still shows something, as far as the provider can. */
  limit(small: boolean): void;
  close(): void;
}

/** interrupted: it comes back by itself; closed: it does not. */
export type LiveState = 'connecting' | 'live' | 'interrupted' | 'closed';

/** Received just now; null: not known (yet). Lost packets in 0..1; resolution of the camera in pixels. */
export interface LiveStats {
  roundTripMs: number | null;
  kbps: number | null;
  framesPerSecond: number | null;
  lost: number | null;
  resolution: { width: number; height: number } | null;
  /** Whether it goes through a relay server. */
  relayed: boolean | null;
}

export const NO_STATS: LiveStats = {
  roundTripMs: null,
  kbps: null,
  framesPerSecond: null,
  lost: null,
  resolution: null,
  relayed: null,
};

/** The proctor's side of one live view. */
export interface LiveView {
  readonly state: LiveState;
  /** Why it is not live, in words. */
  readonly reason: string | null;
  /** What the candidate shows now. */
  readonly shown: Readonly<Record<What, boolean>>;
  /** What can be heard: silent until the microphone is shown. */
  readonly sound: MediaStream;
  /** Called after every change of the fields above; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** Play the picture in an element, also across interruptions; returns the way to stop. */
  show(what: 'camera' | 'screen', element: HTMLVideoElement): () => void;
  setProfile(profile: Profile): void;
  /** Let the candidate hear this microphone; null: no more. Resolves once they can. */
  talk(microphone: MediaStreamTrack | null): Promise<void>;
  stats(): Promise<LiveStats>;
  close(): void;
}

/** How a live view reaches the server: over the monitor socket, watched only inside what the server opened. */
export interface ProctorLine {
  closeWatch(watchId: string): void;
  send(signal: WatchSignal): void;
  /** Signals and the end of one live view; returns the way to stop listening. */
  listen(
    watchId: string,
    listener: { signal(signal: WatchSignal): void; closed(reason: string): void },
  ): () => void;
  join(watchId: string): Promise<Ticket>;
  talk(watchId: string, talking: boolean): Promise<void>;
}

/** One way to carry live audio and video; both sides of it. */
export interface MeetingClient {
  candidate(line: CandidateLine): CandidateMeeting;
  /** The live view of one candidate; the server has opened it. */
  watch(line: ProctorLine, terms: WatchTerms, attemptId: string, profile: Profile): LiveView;
}
