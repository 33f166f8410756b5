import type { CandidateMessage, ServerToCandidate } from '@/api/generated/socket';

const PROTOCOL = 1;
/** By how many openings in a row have failed: another server is there in a moment, a busy one needs longer. */
const WAITS_MS = [300, 700, 1_500, 3_000, 6_000, 12_000, 15_000];
/** While the browser knows that there is no network, how often it is asked. */
const NO_NETWORK_MS = 500;
/** A socket that cannot say hello and be welcomed in this time is given up: at first soon, for another server. */
const WELCOME_WITHIN_MS = [5_000, 5_000, 10_000];
/** Bytes that may wait in the browser before frames are dropped: sound after pictures, messages never. */
const BACKLOG_BYTES = { camera: 512 * 1024, screen: 512 * 1024, audio: 640 * 1024 };
/** A backlog of which nothing drains for so long means the line is dead, whatever the browser says. */
const STALLED_AFTER_MS = 12_000;
/** So does a server that says nothing: it asks for a sign of life every 5 s. */
const SILENT_AFTER_MS = 15_000;
/** After so many openings in a row without a welcome the page also speaks HTTP. */
export const BLOCKED_AFTER_FAILURES = 3;

/** Why the server does not want this page any more. */
export type Refusal = 'replaced' | 'second_device' | 'over' | 'signed_out';

const REFUSALS: Partial<Record<number, Refusal>> = {
  4001: 'replaced',
  4401: 'signed_out',
  4403: 'signed_out',
  4409: 'second_device',
  4410: 'over',
};

export type FrameKind = keyof typeof BACKLOG_BYTES;
/** held: dropped, since too much waits before it; closed: there is no line. */
export type Delivery = 'sent' | 'held' | 'closed';

export interface CandidateSocketEvents {
  message(message: ServerToCandidate): void;
  /** Also after every reconnect; the welcome has been delivered as a message by then. */
  open(): void;
  /** `failures`: openings in a row that were never welcomed. */
  lost(failures: number): void;
  refused(why: Refusal): void;
}

export interface CandidateSocketOptions {
  url: string;
  instanceId: string;
  lastEventSeq(): number;
  events: CandidateSocketEvents;
  connect?: (url: string) => WebSocket;
  /** False while the browser knows that there is no network: then nothing is tried. */
  online?: () => boolean;
  /** 0..1, for the jitter of the waiting time. */
  random?: () => number;
}

/** One page's line to its attempt: says hello, answers pings, comes back after a loss. */
export class CandidateSocket {
  readonly #options: CandidateSocketOptions;
  #socket: WebSocket | null = null;
  #welcomed = false;
  #failures = 0;
  #stopped = false;
  #waitAtLeastMs = 0;
  #backlog: { bytes: number; since: number } | null = null;
  readonly #held = { camera: 0, screen: 0, audio: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CandidateSocketOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#welcomed;
  }

  start(): void {
    this.#stopped = false;
    if (this.#socket === null) {
      clearTimeout(this.#timer);
      this.#open();
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  /** The network came back: do not sit out the waiting time. */
  retryNow(): void {
    if (!this.#stopped && this.#socket === null) {
      clearTimeout(this.#timer);
      this.#open();
    }
  }

  /** The network is known to be gone: a socket does not notice by itself for a long time. */
  networkLost(): void {
    if (this.#socket !== null) {
      this.#lose();
    }
  }

  /** False when there is no line; nothing is kept here. */
  send(message: CandidateMessage): boolean {
    if (!this.#welcomed || this.#socket === null) {
      return false;
    }
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Bytes that wait in the browser; null: there is no line. */
  get buffered(): number | null {
    return this.#welcomed ? (this.#socket?.bufferedAmount ?? null) : null;
  }

  /** Frames that were held back because the line did not keep up. */
  get held(): Readonly<Record<FrameKind, number>> {
    return this.#held;
  }

  /** Sends a picture or sound, or drops it when the line is closed or does not keep up. */
  sendFrame(kind: FrameKind, frame: Uint8Array<ArrayBuffer>): Delivery {
    if (!this.#welcomed || this.#socket === null) {
      return 'closed';
    }
    const backlog = this.#socket.bufferedAmount;
    if (this.#stalled(backlog)) {
      this.#lose();
      return 'closed';
    }
    if (backlog > BACKLOG_BYTES[kind]) {
      this.#held[kind] += 1;
      return 'held';
    }
    this.#socket.send(frame);
    // What is added here is no standstill.
    if (this.#backlog !== null) this.#backlog.bytes += frame.length;
    return 'sent';
  }

  /** Nothing has left for a long time. A slow line carries something all the time. */
  #stalled(backlog: number): boolean {
    const now = performance.now();
    if (backlog === 0) this.#backlog = null;
    else if (this.#backlog === null || backlog < this.#backlog.bytes)
      this.#backlog = { bytes: backlog, since: now };
    return this.#backlog !== null && now - this.#backlog.since > STALLED_AFTER_MS;
  }

  #open(): void {
    const connect = this.#options.connect ?? ((url: string) => new WebSocket(url));
    const socket = connect(this.#options.url);
    this.#socket = socket;
    this.#welcomed = false;
    this.#backlog = null;
    socket.onopen = () => {
      socket.send(
        JSON.stringify({
          type: 'hello',
          protocol: PROTOCOL,
          instance_id: this.#options.instanceId,
          last_event_seq: this.#options.lastEventSeq(),
        } satisfies CandidateMessage),
      );
    };
    socket.onmessage = (event: MessageEvent) => {
      if (socket === this.#socket && typeof event.data === 'string') {
        this.#receive(event.data);
      }
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) {
        this.#closed(event.code);
      }
    };
    this.#loseIn(at(WELCOME_WITHIN_MS, this.#failures));
  }

  /** Unless something is heard before. */
  #loseIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#lose();
    }, ms);
  }

  #receive(text: string): void {
    // The server is the author of what comes here; types it adds later fall through the readers.
    const message = JSON.parse(text) as ServerToCandidate;
    if (this.#welcomed) this.#loseIn(SILENT_AFTER_MS);
    if (message.type === 'ping') {
      this.#socket?.send(JSON.stringify({ type: 'pong', nonce: message.nonce } satisfies CandidateMessage));
      return;
    }
    if (message.type === 'come_back') {
      this.#waitAtLeastMs = message.after_s * 1000;
    }
    const first = message.type === 'welcome' && !this.#welcomed;
    if (first) {
      this.#loseIn(SILENT_AFTER_MS);
      this.#welcomed = true;
      this.#failures = 0;
    }
    this.#options.events.message(message);
    if (first) {
      this.#options.events.open();
    }
  }

  #closed(code: number): void {
    const why = REFUSALS[code];
    if (why === undefined) {
      this.#lose();
      return;
    }
    this.stop();
    this.#options.events.refused(why);
  }

  #lose(): void {
    if (!this.#welcomed) {
      this.#failures += 1;
    }
    const wait = this.#wait();
    this.#drop();
    this.#openIn(wait);
    this.#options.events.lost(this.#failures);
  }

  #openIn(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const online = this.#options.online ?? (() => navigator.onLine);
      if (online()) {
        this.#open();
      } else {
        this.#openIn(NO_NETWORK_MS);
      }
    }, wait);
  }

  #wait(): number {
    const random = this.#options.random ?? Math.random;
    const wait = Math.max(this.#waitAtLeastMs, at(WAITS_MS, this.#failures) * (0.75 + random() / 4));
    this.#waitAtLeastMs = 0;
    return wait;
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#welcomed = false;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }
}

function at(list: readonly number[], index: number): number {
  return list[Math.min(index, list.length - 1)] ?? 0;
}
