import type { PageEventKind } from '@/api/generated/socket';
import type { Bytes, SegmentHead } from '@/media/recording/segment';
import { pageNow } from '@/format/page-time';
import { LateSound } from '@/media/recording/late-sound';
import { SegmentRecorder, type RecordedKind } from '@/media/recording/recorder';
import type { SegmentStore } from '@/media/recording/segment-store';
import { Uploader, type Uploaded } from '@/media/recording/uploader';
import type { Rung } from '@/media/bandwidth-ladder';

/** What the candidate is shown of the recording. */
export interface RecordingView {
  state: 'off' | 'on' | 'later' | 'stopped';
  /** Segments that the server does not have yet, and how many it took in this page load. */
  waiting: number;
  sent: number;
  /** There is no room for more. */
  full: boolean;
}

export const NO_RECORDING: RecordingView = { state: 'off', waiting: 0, sent: 0, full: false };

export interface RecordingRoad {
  put(head: SegmentHead, bytes: Bytes, stop: AbortSignal): Promise<Uploaded>;
  /** Whether the server can be reached now. */
  reachable(): boolean;
  eventsWait(): Promise<boolean>;
  report(kind: PageEventKind): void;
  changed(view: RecordingView): void;
  measured(upload: { ok: boolean; tookMs: number; lastsMs: number }): void;
  /** How far the server's clock is ahead of the page's own line of time, ms. */
  serverAheadMs(): number;
}

export type Recorded = Record<RecordedKind, MediaStreamTrack | null>;

const NOTHING: Recorded = { camera: null, screen: null };

/** The recording of one attempt: from the devices over the disk to the server, as fast as the line lets it. */
export class RecordingLine {
  readonly #store: SegmentStore;
  readonly #road: RecordingRoad;
  readonly #recorders: Record<RecordedKind, SegmentRecorder>;
  readonly #uploader: Uploader;
  readonly #sound: LateSound;
  #tracks: Recorded = NOTHING;
  #rung: Rung = 0;
  #view = NO_RECORDING;
  #lookAgain: ReturnType<typeof setInterval> | undefined;

  constructor(store: SegmentStore, road: RecordingRoad) {
    this.#store = store;
    store.filled = (full) => {
      this.#storeFilled(full);
    };
    this.#road = road;
    const recorder = (kind: RecordedKind) =>
      new SegmentRecorder(kind, {
        begin: (what, mime, at) => store.begin(what, mime, at + road.serverAheadMs()),
        ended: () => {
          this.#kept();
        },
        changed: () => {
          this.#show();
        },
      });
    this.#recorders = { camera: recorder('camera'), screen: recorder('screen') };
    this.#uploader = new Uploader({
      store,
      put: (head, bytes, stop) => road.put(head, bytes, stop),
      allowed: async () => this.#rung < 2 && road.reachable() && !(await road.eventsWait()),
      changed: () => {
        this.#show();
      },
      measured: ({ ok, tookMs }) => {
        // While nothing is reached it is no slow line.
        if (road.reachable()) road.measured({ ok, tookMs, lastsMs: SEGMENT_LASTS_MS });
      },
    });
    this.#sound = new LateSound(({ wav, capturedAt, durationMs }) => {
      // Sound is stamped by the computer's clock.
      const at = capturedAt + (pageNow() - Date.now()) + road.serverAheadMs();
      void store.add('audio', 'audio/wav', at, durationMs, wav).then(() => {
        this.#kept();
      });
    });
  }

  get view(): RecordingView {
    return this.#view;
  }

  /** What an earlier page load left is sent as well. */
  start(): void {
    if (!this.#store.durable) this.#road.report('storage_missing');
    this.#show();
    this.#uploader.wake();
  }

  stop(): void {
    this.#record(NOTHING);
    this.#sound.flush();
    this.#uploader.stop();
    clearInterval(this.#lookAgain);
  }

  /** What is to be recorded now; what is null is not. */
  record(tracks: Recorded): void {
    this.#tracks = tracks;
    this.#record(this.#store.full ? NOTHING : tracks);
  }

  /** A piece of sound that did not reach the server. */
  keepSound(piece: { pcm: Uint8Array; capturedAt: number }): void {
    if (!this.#store.full) this.#sound.take(piece);
  }

  setRung(rung: Rung): void {
    this.#rung = rung;
    for (const recorder of Object.values(this.#recorders)) recorder.setQuality(rung >= 1 ? 'small' : 'full');
    this.#show();
    if (rung >= 2) this.#uploader.interrupt();
    this.#uploader.wake();
  }

  /** The server can be reached again. */
  wake(): void {
    this.#uploader.wake();
  }

  #storeFilled(full: boolean): void {
    clearInterval(this.#lookAgain);
    if (full) this.#lookAgain = setInterval(() => void this.#store.lookAgain(), LOOK_AGAIN_MS);
    this.#road.report(full ? 'storage_full' : 'storage_freed');
    this.record(this.#tracks);
    this.#show();
  }

  #record(tracks: Recorded): void {
    this.#recorders.camera.use(tracks.camera);
    this.#recorders.screen.use(tracks.screen);
    this.#show();
  }

  #kept(): void {
    this.#show();
    this.#uploader.wake();
  }

  #show(): void {
    const view: RecordingView = {
      state: this.#state(),
      waiting: this.#store.waiting.length + this.#unfinished(),
      sent: this.#uploader.sent,
      full: this.#store.full,
    };
    const before = this.#view;
    this.#view = view;
    const on = (state: RecordingView['state']) => state === 'on' || state === 'later';
    if (on(view.state) !== on(before.state)) {
      this.#road.report(on(view.state) ? 'recording_started' : 'recording_stopped');
    }
    if (
      view.state !== before.state ||
      view.waiting !== before.waiting ||
      view.sent !== before.sent ||
      view.full !== before.full
    ) {
      this.#road.changed(view);
    }
  }

  /** Once it was stopped, what is not on disk yet waits as well. */
  #unfinished(): number {
    const recorders = Object.values(this.#recorders);
    if (recorders.some(({ state }) => state !== 'off')) return 0;
    return recorders.reduce((sum, { unfinished }) => sum + unfinished, 0);
  }

  #state(): RecordingView['state'] {
    const wanted = Object.values(this.#tracks).some((track) => track !== null);
    if (!wanted) return 'off';
    const states = Object.values(this.#recorders).map(({ state }) => state);
    if (!states.includes('recording')) return 'stopped';
    return this.#rung >= 2 ? 'later' : 'on';
  }
}

const SEGMENT_LASTS_MS = 10_000;
/** While there is no room, how often that is looked at. */
const LOOK_AGAIN_MS = 60_000;
