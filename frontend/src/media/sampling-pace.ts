/** How often the camera is sampled: as the server asks, and more often for a short while when it asks that. */
export class SamplingPace {
  readonly #apply: (seconds: number) => void;
  #intervalS: number;
  #burstS: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(intervalS: number, apply: (seconds: number) => void) {
    this.#intervalS = intervalS;
    this.#apply = apply;
  }

  /** Seconds between two pictures now. */
  get intervalS(): number {
    return this.#burstS ?? this.#intervalS;
  }

  set(seconds: number): void {
    this.#intervalS = seconds;
    this.#apply(this.intervalS);
  }

  /** A burst while another runs takes its place; one that would be slower changes nothing. */
  burst(intervalS: number, forS: number): void {
    this.#burstS = Math.min(intervalS, this.#intervalS);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.stop();
    }, forS * 1000);
    this.#apply(this.intervalS);
  }

  /** Ends a burst before its time. */
  stop(): void {
    clearTimeout(this.#timer);
    if (this.#burstS !== null) {
      this.#burstS = null;
      this.#apply(this.intervalS);
    }
  }
}
