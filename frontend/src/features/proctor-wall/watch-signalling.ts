/** The live view's signalling over the wall's socket: the server mints the watch and relays only inside it. */
import { api, ask } from '@/api/client';
import type { LiveSocket, WatchMessage } from '@/api/live-socket';
import type { Profile, ProctorLine, Ticket, WatchSignal, WatchTerms } from '@/media/meeting-client';

const ANSWER_WITHIN_MS = 8_000;

interface Listener {
  signal: (signal: WatchSignal) => void;
  closed: (reason: string) => void;
}

export class WatchSignalling implements ProctorLine {
  readonly #socket: LiveSocket;
  readonly #examId: string;
  readonly #listeners = new Map<string, Listener>();
  /** What came for a watch before its view listened: the offer may follow the terms at once. */
  readonly #early = new Map<string, WatchMessage[]>();
  readonly #stop: () => void;

  constructor(socket: LiveSocket, examId: string) {
    this.#socket = socket;
    this.#examId = examId;
    this.#stop = socket.onWatchMessage((message) => {
      this.#take(message);
    });
  }

  dispose(): void {
    this.#stop();
  }

  openWatch(attemptId: string, profile: Profile): Promise<WatchTerms> {
    const requestId = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      const finish = () => {
        window.clearTimeout(timer);
        stop();
      };
      const timer = window.setTimeout(() => {
        finish();
        reject(new Error('The live view got no answer.'));
      }, ANSWER_WITHIN_MS);
      const stop = this.#socket.onWatchMessage((message) => {
        if (message.type === 'watch_started' && message.request_id === requestId) {
          finish();
          this.#early.set(message.watch_id, []);
          resolve({
            watchId: message.watch_id,
            provider: message.provider,
            iceServers: message.ice_servers,
            relayOnly: message.relay_only,
          });
        } else if (message.type === 'error' && message.about === requestId) {
          finish();
          reject(new Error(message.message));
        }
      });
      const sent = this.#socket.send({
        type: 'watch_open',
        request_id: requestId,
        attempt_id: attemptId,
        profile,
      });
      if (!sent) {
        finish();
        reject(new Error('Not connected to the server just now.'));
      }
    });
  }

  join(watchId: string): Promise<Ticket> {
    return ask(
      api.POST('/api/v1/exams/{exam_id}/meeting/join', {
        ...this.#exam,
        body: { watch_id: watchId, refresh: false },
      }),
    );
  }

  talk(watchId: string, talking: boolean): Promise<void> {
    const body = { watch_id: watchId, talking };
    return ask(api.POST('/api/v1/exams/{exam_id}/meeting/talk', { ...this.#exam, body })).then(
      () => undefined,
    );
  }

  get #exam() {
    return { params: { path: { exam_id: this.#examId } } };
  }

  closeWatch(watchId: string): void {
    this.#socket.send({ type: 'watch_close', watch_id: watchId });
  }

  send(signal: WatchSignal): void {
    this.#socket.send({ ...signal, type: 'watch_signal' });
  }

  listen(watchId: string, listener: Listener): () => void {
    this.#listeners.set(watchId, listener);
    const early = this.#early.get(watchId) ?? [];
    this.#early.delete(watchId);
    early.forEach((message) => {
      this.#take(message);
    });
    return () => {
      this.#listeners.delete(watchId);
    };
  }

  #take(message: WatchMessage): void {
    if (message.type !== 'watch_signal' && message.type !== 'watch_close') return;
    const listener = this.#listeners.get(message.watch_id);
    if (listener === undefined) {
      this.#early.get(message.watch_id)?.push(message);
    } else if (message.type === 'watch_signal') {
      listener.signal(message);
    } else {
      listener.closed(message.reason);
    }
  }
}
