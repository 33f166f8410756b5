import type { CandidateWords } from '@/attempt/candidate-words';
import type { EventSender } from '@/attempt/event-sender';

/** The server was reached and could not keep what it was told: its database is away, its disk is full. */
const PASSES: ReadonlySet<string> = new Set(['storage_unavailable', 'storage_full']);
const AFTER_MS = 2_000;

/** Says again, over the line that is open, what the server could not keep; for as long as it cannot. */
export class SayAgain {
  readonly #events: Pick<EventSender, 'resend'>;
  readonly #words: Pick<CandidateWords, 'sayAgain'>;
  readonly #random: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** random: 0..1, so that not all pages speak at the same moment. */
  constructor(
    events: Pick<EventSender, 'resend'>,
    words: Pick<CandidateWords, 'sayAgain'>,
    random = Math.random,
  ) {
    this.#events = events;
    this.#words = words;
    this.#random = random;
  }

  /** A refusal came. Many at once are answered once. */
  refused(code: string): void {
    if (!PASSES.has(code) || this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.#events.resend();
        this.#words.sayAgain();
      },
      AFTER_MS * (1 + this.#random()),
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
