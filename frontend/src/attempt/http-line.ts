import { ApiProblem } from '@/api/client';

/** Where sockets are blocked, how often the page asks and delivers. */
const EVERY_MS = 2_000;

export interface HttpTurn {
  /** One round: deliver what waits, ask what is new. Rejects when the network does not answer. */
  turn(): Promise<void>;
  /** It was answered, or not; how long it took. Not called once the line is left. */
  answered(tookMs: number): void;
  silent(): void;
  /** Another page holds the attempt. */
  secondDevice(): void;
}

/** The slow way round: one request after another, while no socket gets through. */
export class HttpLine {
  readonly #road: HttpTurn;
  readonly #everyMs: number;
  /** Of the present stay on the line; null while it is left. */
  #stay: object | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(road: HttpTurn, everyMs = EVERY_MS) {
    this.#road = road;
    this.#everyMs = everyMs;
  }

  get on(): boolean {
    return this.#stay !== null;
  }

  enter(): void {
    if (this.#stay !== null) return;
    this.#stay = {};
    void this.#go(this.#stay);
  }

  leave(): void {
    this.#stay = null;
    clearTimeout(this.#timer);
  }

  /** Something was said: do not wait for the next round. */
  soon(): void {
    if (this.#stay !== null && this.#timer !== undefined) {
      clearTimeout(this.#timer);
      void this.#go(this.#stay);
    }
  }

  async #go(stay: object): Promise<void> {
    this.#timer = undefined;
    const began = performance.now();
    try {
      await this.#road.turn();
      if (stay === this.#stay) this.#road.answered(performance.now() - began);
    } catch (error) {
      if (stay !== this.#stay) return; // the socket came back meanwhile and knows better
      if (error instanceof ApiProblem && error.code === 'second_device') {
        this.leave();
        this.#road.secondDevice();
        return;
      }
      this.#road.silent();
    }
    if (stay === this.#stay) {
      this.#timer = setTimeout(() => void this.#go(stay), this.#everyMs);
    }
  }
}
