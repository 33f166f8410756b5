import { createStore, type StoreApi } from 'zustand/vanilla';
import type { RecordingKind } from '@/api/types';
import { KINDS, nextBegin, type Reel } from './reel';
import { Track } from './track';

export const RATES = [0.5, 1, 1.5, 2, 3, 4] as const;
export type Rate = (typeof RATES)[number];

export interface PlaybackView {
  /** The moment that is shown, ms since 1970. */
  readonly at: number;
  readonly playing: boolean;
  readonly rate: Rate;
  /** Something is on its way from the server. */
  readonly waiting: boolean;
}

/** How long a gap is shown before what follows begins. */
const GAP_SHOWN_MS = 1_500;

/** Plays camera, screen and sound together: one of them leads, the others are kept with it. */
export class Playback {
  readonly store: StoreApi<PlaybackView>;
  #reel: Reel;
  readonly #tracks = new Map<RecordingKind, Track>();
  #frame: number | undefined;
  #lastMs = 0;
  #gapMs = 0;

  constructor(reel: Reel) {
    this.#reel = reel;
    const at = nextBegin(reel, reel.from - 1) ?? reel.from;
    this.store = createStore<PlaybackView>(() => ({ at, playing: false, rate: 1, waiting: false }));
  }

  /** The two elements of a kind; the answer takes them away again. */
  attach(kind: RecordingKind, elements: readonly HTMLMediaElement[]): () => void {
    const track = new Track(this.#reel.pieces[kind], elements);
    this.#tracks.set(kind, track);
    this.#run();
    return () => {
      track.stop();
      this.#tracks.delete(kind);
      if (this.#tracks.size === 0 && this.#frame !== undefined) {
        cancelAnimationFrame(this.#frame);
        this.#frame = undefined;
      }
    };
  }

  toggle(): void {
    const { playing, at } = this.store.getState();
    if (!playing && at >= this.#reel.to - 50) this.seek(this.#reel.from);
    this.store.setState({ playing: !playing });
  }

  play(): void {
    this.store.setState({ playing: true });
  }

  setRate(rate: Rate): void {
    this.store.setState({ rate });
  }

  /** The next slower or faster one. */
  changeRate(by: 1 | -1): void {
    const next = RATES[RATES.indexOf(this.store.getState().rate) + by];
    if (next !== undefined) this.setRate(next);
  }

  seek(moment: number): void {
    const at = Math.min(this.#reel.to, Math.max(this.#reel.from, moment));
    this.#gapMs = 0;
    this.store.setState({ at });
    for (const track of this.#tracks.values()) track.seek(at);
  }

  by(seconds: number): void {
    this.seek(this.store.getState().at + seconds * 1000);
  }

  #run(): void {
    if (this.#frame !== undefined) return;
    this.#lastMs = performance.now();
    const step = (now: number) => {
      this.#frame = requestAnimationFrame(step);
      this.#step(Math.min(250, now - this.#lastMs));
      this.#lastMs = now;
    };
    this.#frame = requestAnimationFrame(step);
  }

  #step(passedMs: number): void {
    const { at, playing, rate } = this.store.getState();
    const leader = KINDS.find((kind) => (this.#tracks.get(kind)?.at(at) ?? null) !== null);
    const next =
      leader === undefined ? this.#inGap(at, playing, rate, passedMs) : this.#led(leader, at, playing);
    for (const [kind, track] of this.#tracks) track.show(next, playing, rate, kind === leader);
    const waiting = leader !== undefined && this.#tracks.get(leader)?.position(next) === null;
    const ended = playing && next >= this.#reel.to;
    const view = this.store.getState();
    if (view.at !== next || view.waiting !== waiting || ended) {
      this.store.setState({ at: next, waiting, ...(ended ? { playing: false } : {}) });
    }
  }

  /** The leading element's own time, so that what loads slowly makes the rest wait with it. */
  #led(leader: RecordingKind, at: number, playing: boolean): number {
    this.#gapMs = 0;
    if (!playing) return at;
    const position = this.#tracks.get(leader)?.position(at) ?? null;
    // Never back by the little that an element begins before where it was sent.
    return position === null ? at : Math.max(at, position);
  }

  /** Nothing plays here: say so for a moment, then go on where something does. */
  #inGap(at: number, playing: boolean, rate: Rate, passedMs: number): number {
    if (!playing) return at;
    this.#gapMs += passedMs;
    const next = nextBegin(this.#reel, at);
    if (this.#gapMs >= GAP_SHOWN_MS) {
      this.#gapMs = 0;
      return next ?? this.#reel.to;
    }
    return Math.min(next ?? this.#reel.to, at + passedMs * rate);
  }
}
