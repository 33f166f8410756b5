import type { FrameKind } from '@/api/candidate-socket';
import { atTheBottom, climb, type Ladder, type Rung } from '@/media/bandwidth-ladder';

const LOOK_MS = 1_000;
/** How often the round trip is measured over the socket. */
const ASK_MS = 3_000;
/** While pictures go out, a question goes behind each, but no more often than this. */
const ASK_AGAIN_MS = 500;
/**
 * A question goes out behind what was sent before it, so while it has no answer, more would only pile up in front of
 * the events: in the browser, the system and the network, which take much more than a slow line carries in seconds.
 */
const HELD_AFTER_MS: Record<FrameKind, number> = { camera: 900, screen: 900, audio: 1_200 };
/** On a line that took longer than this for the last one, pictures and sound go one at a time. */
const ONE_AT_A_TIME_MS = 1_200;
/** A segment that takes longer than this share of its own length to send keeps the line busy. */
const SLOW_SHARE = 0.7;

export interface WatchedLine {
  /** Bytes that wait in the socket; null: there is no socket now. */
  buffered(): number | null;
  /** Sends a ping with this nonce; false: it did not go out. */
  ask(nonce: string): boolean;
  /** The rungs that leave anything out now. */
  useful(): Rung[];
  changed(rung: Rung): void;
  now?: () => number;
}

/** Measures the candidate's line and says what the page should leave out. */
export class LineWatch {
  readonly #line: WatchedLine;
  readonly #now: () => number;
  #ladder: Ladder;
  #timer: ReturnType<typeof setInterval> | undefined;
  #asked: { nonce: string; at: number } | null = null;
  #askedLast = Number.NEGATIVE_INFINITY;
  #roundTripMs: number | null = null;
  /** What this line takes with nothing before: a far server is no slow line. */
  #leastMs: number | null = null;
  #framesHeld = 0;
  /** Pictures may be rarer than looks. */
  #heldBefore = false;
  #uploadsFailed = 0;
  /** Until another one was quicker, or a step was taken: they are rarer than looks. */
  #uploadsSlow = false;

  constructor(line: WatchedLine) {
    this.#line = line;
    this.#now = line.now ?? (() => performance.now());
    this.#ladder = atTheBottom(this.#now());
  }

  get rung(): Rung {
    return this.#ladder.rung;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.look();
    }, LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Returns when that was asked: everything sent before has arrived. */
  answered(nonce: string): number | null {
    const asked = this.#asked;
    if (asked?.nonce !== nonce) return null;
    this.#roundTripMs = this.#now() - asked.at;
    this.#leastMs = Math.min(this.#leastMs ?? Infinity, this.#roundTripMs);
    this.#asked = null;
    return asked.at;
  }

  /** Where sockets are blocked: how long a request took. */
  took(ms: number): void {
    this.#roundTripMs = ms;
  }

  /** Whether what was sent before still keeps the line busy. */
  isFull(kind: FrameKind): boolean {
    if (this.#asked === null) return false;
    const least = this.#leastMs ?? 0;
    const slow = (this.#roundTripMs ?? 0) > least + ONE_AT_A_TIME_MS;
    return slow || this.#now() - this.#asked.at > least + HELD_AFTER_MS[kind];
  }

  /** A picture or sound went out: when it has arrived tells what the line carries. */
  sent(): void {
    if (this.#now() - this.#askedLast >= ASK_AGAIN_MS) this.#ask();
  }

  held(): void {
    this.#framesHeld += 1;
  }

  uploaded({ ok, tookMs, lastsMs }: { ok: boolean; tookMs: number; lastsMs: number }): void {
    if (!ok) this.#uploadsFailed += 1;
    else this.#uploadsSlow = tookMs > SLOW_SHARE * lastsMs && tookMs > 1_000;
  }

  /** The line was lost or is back: what was measured before says nothing of it. */
  renewed(): void {
    this.#asked = null;
    this.#roundTripMs = this.#leastMs = null;
    this.#uploadsSlow = this.#heldBefore = false;
    this.#forget();
  }

  look(): void {
    const buffered = this.#line.buffered();
    if (buffered === null && this.#roundTripMs === null) {
      this.#forget(); // no line at all is no slow line
      return;
    }
    const at = this.#now();
    if (at - this.#askedLast >= ASK_MS) this.#ask();
    const before = this.#ladder.rung;
    this.#ladder = climb(
      this.#ladder,
      {
        at,
        buffered: buffered ?? 0,
        roundTripMs: this.#roundTripMs,
        unansweredMs: this.#asked === null ? 0 : at - this.#asked.at,
        framesHeld: this.#framesHeld + (this.#framesHeld === 0 && this.#heldBefore ? 1 : 0),
        uploadsFailed: this.#uploadsFailed,
        uploadsSlow: this.#uploadsSlow ? 1 : 0,
      },
      this.#line.useful(),
    );
    this.#heldBefore = this.#framesHeld > 0;
    this.#forget();
    if (this.#ladder.rung !== before) {
      this.#uploadsSlow = false; // of what was sent before this step
      this.#line.changed(this.#ladder.rung);
    }
  }

  #ask(): void {
    if (this.#asked !== null) return;
    const at = this.#now();
    const nonce = String(at);
    if (this.#line.ask(nonce)) {
      this.#asked = { nonce, at };
      this.#askedLast = at;
    }
  }

  #forget(): void {
    this.#framesHeld = this.#uploadsFailed = 0;
  }
}
