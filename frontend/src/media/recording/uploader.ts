import type { Bytes, SegmentHead } from './segment';

/**
 * taken: it is there (again); unwanted: it never will be; broken: it did not arrive as it is here; full: the server
 * has no room; later: try again.
 */
export type Uploaded = 'taken' | 'unwanted' | 'broken' | 'full' | 'later';

export interface UploaderParts {
  store: {
    readonly waiting: readonly SegmentHead[];
    bytes(head: SegmentHead): Promise<Bytes | null>;
    forget(head: SegmentHead): Promise<void>;
  };
  put(head: SegmentHead, bytes: Bytes, stop: AbortSignal): Promise<Uploaded>;
  /** Whether something may be sent now: the line is there, not too slow, and no event waits. */
  allowed(): Promise<boolean>;
  changed(): void;
  /** What one try says of the line. */
  measured(upload: { ok: boolean; tookMs: number; bytes: number }): void;
  now?: () => number;
  random?: () => number;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const FULL_WAIT_MS = 30_000;
/** While nothing may be sent, how often that is looked at. */
const LOOK_MS = 1_000;
/** What arrives broken so often is broken here. */
const BROKEN_AT_MOST = 5;
/** What is still on its way after so long says what the line carries; its end may be minutes away. */
const STILL_AFTER_MS = 10_000;

/** Sends what was recorded, oldest first, one after another, each until the server has it. */
export class Uploader {
  readonly #parts: UploaderParts;
  #failures = 0;
  #broken = 0;
  #stop = new AbortController();
  #running = false;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sent = 0;

  constructor(parts: UploaderParts) {
    this.#parts = parts;
  }

  /** How many the server took in this page load. */
  get sent(): number {
    return this.#sent;
  }

  /** Something waits, or the line is better: do not sit out the waiting time. */
  wake(): void {
    if (this.#stopped || this.#running) return;
    clearTimeout(this.#timer);
    this.#running = true;
    void this.#send().then((waitMs) => {
      this.#running = false;
      if (this.#stopped || waitMs === null) return;
      this.#timer = setTimeout(() => {
        this.wake();
      }, waitMs);
    });
  }

  /** The line is needed for something else; what is on its way is sent again later. */
  interrupt(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  stop(): void {
    this.#stopped = true;
    this.interrupt();
    clearTimeout(this.#timer);
  }

  /** Returns how long to wait before going on; null: nothing is left. */
  async #send(): Promise<number | null> {
    for (;;) {
      const [head] = this.#parts.store.waiting;
      if (head === undefined) return null;
      if (this.#stopped) return null;
      if (!(await this.#parts.allowed())) return LOOK_MS;
      const bytes = await this.#parts.store.bytes(head).catch(() => null);
      const said = bytes === null ? 'unwanted' : await this.#put(head, bytes);
      this.#broken = said === 'broken' ? this.#broken + 1 : 0;
      if (said === 'taken' || said === 'unwanted' || this.#broken >= BROKEN_AT_MOST) {
        this.#failures = this.#broken = 0;
        if (said === 'taken') this.#sent += 1;
        await this.#parts.store.forget(head);
        this.#parts.changed();
      } else {
        return this.#wait(said === 'full' ? 'full' : 'later');
      }
    }
  }

  async #put(head: SegmentHead, bytes: Bytes): Promise<Uploaded> {
    const now = this.#parts.now ?? (() => performance.now());
    const began = now();
    const { signal } = this.#stop;
    const still = setTimeout(() => {
      if (!signal.aborted) this.#parts.measured({ ok: true, tookMs: STILL_AFTER_MS, bytes: bytes.length });
    }, STILL_AFTER_MS);
    const said = await this.#parts.put(head, bytes, signal);
    clearTimeout(still);
    if (!signal.aborted) {
      this.#parts.measured({ ok: said !== 'later', tookMs: now() - began, bytes: bytes.length });
    }
    return said;
  }

  #wait(why: 'full' | 'later'): number {
    this.#failures += 1;
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures - 1, 8));
    const wait = ceiling * (0.75 + (this.#parts.random ?? Math.random)() / 4);
    return why === 'full' ? Math.max(FULL_WAIT_MS, wait) : wait;
  }
}
