const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/** One thing that is tried until it works, ever more slowly. */
export class Again {
  readonly #attempt: () => Promise<void>;
  #failures = 0;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** attempt: what to try; it rejects to be called again later. */
  constructor(attempt: () => Promise<void>) {
    this.#attempt = attempt;
  }

  /** Tries at once, unless it is being tried. */
  now(): void {
    clearTimeout(this.#timer);
    if (this.#running) return;
    this.#running = true;
    this.#attempt().then(
      () => {
        this.#running = false;
        this.#failures = 0;
      },
      () => {
        this.#running = false;
        this.#failures += 1;
        this.later();
      },
    );
  }

  later(): void {
    clearTimeout(this.#timer);
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures, 6));
    this.#timer = setTimeout(() => {
      this.now();
    }, wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
