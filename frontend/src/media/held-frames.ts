/** The network is too slow for pictures: told once it has lasted, and when it is over. */
const HELD_FOR_MS = 5_000;

export class HeldFrames {
  readonly #report: (kind: 'frames_held' | 'frames_resumed') => void;
  #since: number | null = null;
  #told = false;

  constructor(report: (kind: 'frames_held' | 'frames_resumed') => void) {
    this.#report = report;
  }

  /** A picture went out, or was held back because those before it still wait. now: ms, monotonic. */
  frame(held: boolean, now: number): void {
    if (!held) {
      this.#since = null;
      if (this.#told) {
        this.#told = false;
        this.#report('frames_resumed');
      }
      return;
    }
    this.#since ??= now;
    if (!this.#told && now - this.#since > HELD_FOR_MS) {
      this.#told = true;
      this.#report('frames_held');
    }
  }
}
