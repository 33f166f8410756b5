import { pageNow } from '@/format/page-time';
import type { SegmentHead, SegmentKind } from './segment';
import type { SegmentDraft } from './segment-store';

const SEGMENT_MS = 10_000;
/** The next one is running for so long before the last is stopped. */
const OVERLAP_MS = 400;
/** Pieces are kept as they come, so that a crash costs no more than this. */
const PART_MS = 2_000;
/** After an error of the recorder while the device goes on. */
const AGAIN_MS = 2_000;

/** Cheapest to encode first: every browser with webm has the first. */
const TYPES = ['video/webm;codecs=vp8', 'video/webm;codecs=vp9', 'video/webm'];

export type Quality = 'full' | 'small';
export type RecordedKind = Exclude<SegmentKind, 'audio'>;

const BITS_PER_SECOND: Record<RecordedKind, Record<Quality, number>> = {
  camera: { full: 250_000, small: 100_000 },
  screen: { full: 250_000, small: 80_000 },
};

/** stopped: it is wanted and cannot be done; it is tried again. */
export type RecorderState = 'off' | 'recording' | 'stopped';

export interface RecorderParts {
  begin(kind: SegmentKind, mime: SegmentHead['mime'], capturedAt: number): SegmentDraft;
  /** A segment has ended: it is kept, or there was nothing in it. */
  ended(): void;
  changed(): void;
  open?: (stream: MediaStream, options: MediaRecorderOptions) => MediaRecorder;
  supports?: (type: string) => boolean;
  /** The page's own line of time, ms: the computer's clock may be set meanwhile. */
  now?: () => number;
}

interface Running {
  recorder: MediaRecorder;
  /** Resolves when what it recorded is kept. */
  ended: Promise<void>;
}

/** Records one device in segments that each play by themselves and overlap a little, so that nothing is missed. */
export class SegmentRecorder {
  readonly #kind: RecordedKind;
  readonly #parts: RecorderParts;
  #quality: Quality = 'full';
  #track: MediaStreamTrack | null = null;
  /** A copy, so that what is recorded may be smaller than what is shown. */
  #copy: MediaStreamTrack | null = null;
  #running: Running | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: RecorderState = 'off';
  readonly #ending = new Set<Promise<void>>();

  constructor(kind: RecordedKind, parts: RecorderParts) {
    this.#kind = kind;
    this.#parts = parts;
  }

  get state(): RecorderState {
    return this.#state;
  }

  /** Segments that were begun and are not kept yet. */
  get unfinished(): number {
    return this.#ending.size;
  }

  /** From the next segment on. */
  setQuality(quality: Quality): void {
    this.#quality = quality;
  }

  /** Records this track; null stops, and what was begun is kept. */
  use(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#halt();
    this.#track = track;
    if (track === null) {
      this.#become('off');
      return;
    }
    this.#copy = track.clone();
    this.#begin();
  }

  /** Resolves when everything that was recorded is kept. */
  async settled(): Promise<void> {
    while (this.#ending.size > 0) await Promise.all(this.#ending);
  }

  #begin(): void {
    const previous = this.#running;
    const copy = this.#copy;
    if (copy === null) return;
    if (copy.readyState === 'ended') {
      this.#halt();
      this.#become('stopped');
      return;
    }
    try {
      this.#running = this.#record(new MediaStream([copy]));
    } catch {
      this.#failed(previous);
      return;
    }
    this.#become('recording');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#begin();
    }, SEGMENT_MS);
    if (previous !== null) {
      setTimeout(() => {
        stop(previous);
      }, OVERLAP_MS);
    }
  }

  #record(stream: MediaStream): Running {
    const open = this.#parts.open ?? ((...how) => new MediaRecorder(...how));
    const supports = this.#parts.supports ?? ((type) => MediaRecorder.isTypeSupported(type));
    const now = this.#parts.now ?? pageNow;
    const mimeType = TYPES.find(supports);
    if (mimeType === undefined) throw new Error('This browser records nothing that the server takes');
    const recorder = open(stream, {
      mimeType,
      videoBitsPerSecond: BITS_PER_SECOND[this.#kind][this.#quality],
    });
    const capturedAt = now();
    const draft = this.#parts.begin(this.#kind, 'video/webm', capturedAt);
    let keeping: Promise<unknown> = Promise.resolve();
    recorder.ondataavailable = ({ data }) => {
      if (data.size === 0) return;
      const durationMs = now() - capturedAt;
      keeping = keeping.then(async () => {
        draft.add(new Uint8Array(await data.arrayBuffer()), durationMs);
      });
    };
    const running = {
      recorder,
      ended: new Promise<void>((resolve) => {
        recorder.onstop = () => {
          const durationMs = now() - capturedAt;
          keeping
            .then(() => draft.end(durationMs))
            .then(() => undefined)
            .then(resolve, resolve);
          // The browser stopped it, not we: the device is gone or the recorder is broken.
          if (this.#running?.recorder === recorder) this.#failed(null);
        };
      }),
    };
    this.#ending.add(running.ended);
    void running.ended.then(() => {
      this.#ending.delete(running.ended);
      this.#parts.ended();
    });
    try {
      recorder.start(PART_MS);
    } catch (error) {
      recorder.onstop?.(new Event('stop'));
      throw error;
    }
    return running;
  }

  #failed(previous: Running | null): void {
    this.#running = null;
    if (previous !== null) stop(previous);
    clearTimeout(this.#timer);
    this.#become('stopped');
    this.#timer = setTimeout(() => {
      this.#begin();
    }, AGAIN_MS);
  }

  #halt(): void {
    clearTimeout(this.#timer);
    const running = this.#running;
    this.#running = null;
    if (running !== null) stop(running);
    this.#copy?.stop();
    this.#copy = null;
  }

  #become(state: RecorderState): void {
    if (state !== this.#state) {
      this.#state = state;
      this.#parts.changed();
    }
  }
}

function stop({ recorder }: Running): void {
  if (recorder.state !== 'inactive') recorder.stop();
}
