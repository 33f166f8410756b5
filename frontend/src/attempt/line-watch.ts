import { atTheBottom, climb, type Ladder, type Rung } from '@/media/bandwidth-ladder';

const LOOK_MS = 1_000;
/** How often the round trip is measured over the socket. */
const ASK_MS = 3_000;
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
  #framesHeld = 0;
  #uploadsFailed = 0;
  #uploadsSlow = 0;

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
    this.#asked = null;
    return asked.at;
  }

  /** Where sockets are blocked: how long a request took. */
  took(ms: number): void {
    this.#roundTripMs = ms;
  }

  held(): void {
    this.#framesHeld += 1;
  }

  uploaded({ ok, tookMs, lastsMs }: { ok: boolean; tookMs: number; lastsMs: number }): void {
    if (!ok) this.#uploadsFailed += 1;
    else if (tookMs > SLOW_SHARE * lastsMs && tookMs > 1_000) this.#uploadsSlow += 1;
  }

  /** The line was lost or is back: what was measured before says nothing of it. */
  renewed(): void {
    this.#asked = null;
    this.#roundTripMs = null;
    this.#forget();
  }

  look(): void {
    const buffered = this.#line.buffered();
    if (buffered === null && this.#roundTripMs === null) {
      this.#forget(); // no line at all is no slow line
      return;
    }
    const at = this.#now();
    if (this.#asked === null && at - this.#askedLast >= ASK_MS) {
      const nonce = String(at);
      if (this.#line.ask(nonce)) {
        this.#asked = { nonce, at };
        this.#askedLast = at;
      }
    }
    const before = this.#ladder.rung;
    this.#ladder = climb(
      this.#ladder,
      {
        at,
        buffered: buffered ?? 0,
        roundTripMs: this.#roundTripMs,
        unansweredMs: this.#asked === null ? 0 : at - this.#asked.at,
        framesHeld: this.#framesHeld,
        uploadsFailed: this.#uploadsFailed,
        uploadsSlow: this.#uploadsSlow,
      },
      this.#line.useful(),
    );
    this.#forget();
    if (this.#ladder.rung !== before) this.#line.changed(this.#ladder.rung);
  }

  #forget(): void {
    this.#framesHeld = this.#uploadsFailed = this.#uploadsSlow = 0;
  }
}
