import type { IceServer, Signalling } from '@/api/generated/socket';

/** Live audio and video between a candidate's page and those who watch it, whatever carries it. */

/** What the candidate's page has to show; null while it is off. */
export interface Published {
  camera: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
}

export type WatchSignal = Omit<Signalling, 'type'>;
export type Profile = 'grid' | 'focus';

/** What the server says when it opens a live view. */
export interface WatchTerms {
  watchId: string;
  iceServers: IceServer[];
  relayOnly: boolean;
}

/** The candidate's side: shows what it has to those whom the server lets watch. */
export interface Publisher {
  publish(tracks: Published): void;
  openWatch(terms: WatchTerms, profile: Profile): void;
  closeWatch(watchId: string): void;
  receive(signal: WatchSignal): void;
  close(): void;
}

export type LiveState = 'connecting' | 'live' | 'interrupted' | 'closed';

export interface LiveStats {
  /** Round trip in ms, received kbit/s and frames/s of the camera, lost packets in 0..1; null: not known yet. */
  roundTripMs: number | null;
  kbps: number | null;
  framesPerSecond: number | null;
  lost: number | null;
}

/** The proctor's side of one live view. Streams are there from the start and fill as tracks arrive. */
export interface LiveView {
  readonly camera: MediaStream;
  readonly screen: MediaStream | null;
  readonly state: LiveState;
  /** Why it closed, in the server's words. */
  readonly reason: string | null;
  /** Called after every change of the fields above; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  stats(): Promise<LiveStats>;
  close(): void;
}

export interface Viewer {
  open(attemptId: string, profile: Profile): Promise<LiveView>;
}

/** How a viewer reaches the server: over the monitor socket, watched only inside what the server opened. */
export interface ViewerSignalling {
  /** Sends `watch_open`; resolves with `watch_started`, rejects with the server's error. */
  openWatch(attemptId: string, profile: Profile): Promise<WatchTerms>;
  closeWatch(watchId: string): void;
  send(signal: WatchSignal): void;
  /** Signals and the end of one live view; returns the way to stop listening. */
  listen(
    watchId: string,
    listener: { signal(signal: WatchSignal): void; closed(reason: string): void },
  ): () => void;
}
