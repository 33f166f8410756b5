/**
 * The wall's socket: one store that follows one exam. A snapshot first, then ordered updates; after a cut it
 * resumes from the last id it has. Pictures go to `thumbnails`, signalling to whoever listens.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { fromSnapshot, withUpdate, type MonitorState } from '@/api/monitor-state';
import { pageNow } from '@/format/page-time';
import { readThumbnail, Thumbnails } from '@/api/thumbnails';
import type { MeetingStatus, MonitorMessage, ServerLoad, ServerToMonitor } from '@/api/types';

const PROTOCOL = 1;
/** By how many openings in a row have failed. */
const WAITS_MS = [300, 700, 1_500, 3_000, 6_000, 10_000];
/** The server pings more often than this; silence means that the line is dead. */
const SILENCE_MS = 30_000;
const CLOSE_UNAUTHENTICATED = 4401;
const CLOSE_FORBIDDEN = 4403;

type Connection =
  | { readonly is: 'connecting' }
  | { readonly is: 'connected' }
  | { readonly is: 'reconnecting'; readonly since: number }
  | {
      readonly is: 'refused';
      readonly why: 'unauthenticated' | 'forbidden' | 'bad_message';
      readonly words: string;
    };

export interface LiveState {
  readonly connection: Connection;
  readonly monitor: MonitorState | null;
  readonly load: ServerLoad | null;
  /** Whether there is live view; null: the server has not said. */
  readonly meeting: MeetingStatus | null;
  /** Server clock minus this browser's clock. */
  readonly skewMs: number;
}

export type WatchMessage = Extract<
  ServerToMonitor,
  { type: 'watch_started' | 'watch_close' | 'watch_signal' | 'error' }
>;

export interface LiveSocketParts {
  url: string;
  openSocket?: (url: string) => WebSocket;
  now?: () => number;
  random?: () => number;
}

export class LiveSocket {
  readonly store: StoreApi<LiveState>;
  readonly thumbnails = new Thumbnails();
  readonly #parts: Required<LiveSocketParts>;
  readonly #watchers = new Set<(message: WatchMessage) => void>();
  #socket: WebSocket | null = null;
  #retry: number | undefined;
  #silence: number | undefined;
  #failures = 0;
  #stopped = true;
  #startOver = false;

  constructor(parts: LiveSocketParts) {
    this.#parts = {
      openSocket: (url) => new WebSocket(url),
      now: pageNow,
      random: () => Math.random(),
      ...parts,
    };
    this.store = createStore<LiveState>(() => ({
      connection: { is: 'connecting' },
      monitor: null,
      load: null,
      meeting: null,
      skewMs: 0,
    }));
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    window.clearTimeout(this.#retry);
    window.clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  /** True if it went out; nothing is kept for later, the server is asked again after a reconnect. */
  send(message: MonitorMessage): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  onWatchMessage(listener: (message: WatchMessage) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  #connect(): void {
    const socket = this.#parts.openSocket(this.#parts.url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      this.#heard();
      const last = this.#startOver ? null : (this.store.getState().monitor?.updateId ?? null);
      this.send({ type: 'hello', protocol: PROTOCOL, last_update_id: last });
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (socket !== this.#socket) return;
      this.#heard();
      if (event.data instanceof ArrayBuffer) {
        const thumbnail = readThumbnail(event.data);
        if (thumbnail !== null) this.thumbnails.put(thumbnail);
      } else if (typeof event.data === 'string') {
        this.#take(JSON.parse(event.data) as ServerToMonitor);
      }
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code, event.reason);
    };
  }

  #take(message: ServerToMonitor): void {
    switch (message.type) {
      case 'snapshot':
        this.#startOver = false;
        this.#settled(message.server_now);
        this.store.setState({ monitor: fromSnapshot(message) });
        break;
      case 'resumed':
        this.#settled(message.server_now);
        break;
      case 'update':
        this.#update(message);
        break;
      case 'load':
        this.store.setState({ load: message });
        break;
      case 'meeting':
        this.store.setState({ meeting: message });
        break;
      case 'ping':
        this.send({ type: 'pong', nonce: message.nonce });
        break;
      case 'come_back':
        this.#again(message.after_s * 1000);
        break;
      case 'watch_started':
      case 'watch_close':
      case 'watch_signal':
      case 'error':
        this.#watchers.forEach((listener) => {
          listener(message);
        });
        break;
      default:
        break; // a newer server's message
    }
  }

  #update(message: Extract<ServerToMonitor, { type: 'update' }>): void {
    const monitor = this.store.getState().monitor;
    if (monitor === null) return;
    if (message.update_id > monitor.updateId + 1) {
      // Something between was lost: what we have is no longer the truth, so ask for all of it again.
      this.#startOver = true;
      this.#again(0);
      return;
    }
    this.store.setState({ monitor: withUpdate(monitor, message) });
  }

  #settled(serverNow: number): void {
    this.#failures = 0;
    this.store.setState({ connection: { is: 'connected' }, skewMs: serverNow - this.#parts.now() });
  }

  #heard(): void {
    window.clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => {
      this.#again(0);
    }, SILENCE_MS);
  }

  /** Leave this socket and open another one after a while. */
  #again(afterMs: number): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.#reconnect(afterMs);
  }

  #lost(code: number, reason: string): void {
    this.#socket = null;
    if (code === CLOSE_UNAUTHENTICATED || code === CLOSE_FORBIDDEN || (code >= 4400 && code < 4413)) {
      window.clearTimeout(this.#silence);
      const why =
        code === CLOSE_UNAUTHENTICATED
          ? 'unauthenticated'
          : code === CLOSE_FORBIDDEN
            ? 'forbidden'
            : 'bad_message';
      this.store.setState({ connection: { is: 'refused', why, words: reason } });
      return;
    }
    this.#failures += 1;
    const backoff = WAITS_MS[Math.min(this.#failures, WAITS_MS.length) - 1] ?? 0;
    this.#reconnect(backoff * (0.75 + this.#parts.random() / 4));
  }

  #reconnect(afterMs: number): void {
    window.clearTimeout(this.#silence);
    window.clearTimeout(this.#retry);
    if (this.#stopped) return;
    if (this.store.getState().connection.is !== 'reconnecting') {
      this.store.setState({ connection: { is: 'reconnecting', since: this.#parts.now() } });
    }
    this.#retry = window.setTimeout(() => {
      this.#connect();
    }, afterMs);
  }
}

export function monitorUrl(examId: string): string {
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${window.location.host}/ws/exams/${encodeURIComponent(examId)}/monitor`;
}
