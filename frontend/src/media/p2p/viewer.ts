import type {
  LiveState,
  LiveStats,
  LiveView,
  Profile,
  Viewer,
  ViewerSignalling,
  WatchSignal,
  WatchTerms,
} from '@/media/meeting-client';
import { Negotiation } from '@/media/p2p/negotiation';
import { openPeer } from '@/media/p2p/peer';

/** The proctor's side of the browser to browser live view: the polite peer, which answers. */
export class ProctorViewer implements Viewer {
  readonly #signalling: ViewerSignalling;

  constructor(signalling: ViewerSignalling) {
    this.#signalling = signalling;
  }

  async open(attemptId: string, profile: Profile): Promise<LiveView> {
    return new P2PLiveView(this.#signalling, await this.#signalling.openWatch(attemptId, profile));
  }
}

const STATES: Partial<Record<RTCPeerConnectionState, LiveState>> = {
  connected: 'live',
  disconnected: 'interrupted',
  failed: 'interrupted',
};

class P2PLiveView implements LiveView {
  readonly camera = new MediaStream();
  screen: MediaStream | null = null;
  state: LiveState = 'connecting';
  reason: string | null = null;

  readonly #signalling: ViewerSignalling;
  readonly #watchId: string;
  readonly #peer: RTCPeerConnection;
  readonly #negotiation: Negotiation;
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  #tracks: NonNullable<WatchSignal['tracks']> = {};
  #lastBytes: { bytes: number; at: number } | null = null;

  constructor(signalling: ViewerSignalling, terms: WatchTerms) {
    this.#signalling = signalling;
    this.#watchId = terms.watchId;
    this.#peer = openPeer(terms);
    this.#negotiation = new Negotiation(this.#peer, {
      watchId: terms.watchId,
      polite: true,
      send: (signal) => {
        signalling.send(signal);
      },
      failed: () => {
        this.close();
      },
    });
    this.#peer.ontrack = ({ track, transceiver }) => {
      this.#place(track, transceiver.mid);
    };
    this.#peer.onconnectionstatechange = () => {
      this.#become(STATES[this.#peer.connectionState] ?? this.state);
    };
    this.#stopListening = signalling.listen(terms.watchId, {
      signal: (signal) => {
        this.#receive(signal);
      },
      closed: (reason) => {
        this.#end(reason);
      },
    });
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async stats(): Promise<LiveStats> {
    const stats: LiveStats = { roundTripMs: null, kbps: null, framesPerSecond: null, lost: null };
    if (this.state === 'closed') {
      return stats;
    }
    let bytes = 0;
    for (const entry of (await this.#peer.getStats()).values() as Iterable<Record<string, unknown>>) {
      if (entry.type === 'candidate-pair' && entry.nominated === true) {
        stats.roundTripMs =
          typeof entry.currentRoundTripTime === 'number' ? entry.currentRoundTripTime * 1000 : null;
      }
      if (entry.type === 'inbound-rtp') {
        bytes += Number(entry.bytesReceived ?? 0);
        if (entry.kind === 'video' && this.#tracks[String(entry.mid)] === 'camera') {
          stats.framesPerSecond = Number(entry.framesPerSecond ?? 0);
          const lost = Math.max(0, Number(entry.packetsLost ?? 0));
          stats.lost = lost / Math.max(1, lost + Number(entry.packetsReceived ?? 0));
        }
      }
    }
    stats.kbps = this.#rate(bytes);
    return stats;
  }

  close(): void {
    if (this.state !== 'closed') {
      this.#signalling.closeWatch(this.#watchId);
      this.#end(null);
    }
  }

  #receive(signal: WatchSignal): void {
    // The map comes with the description that makes the tracks appear, so it is read first.
    this.#tracks = { ...this.#tracks, ...signal.tracks };
    void this.#negotiation.receive(signal);
  }

  #place(track: MediaStreamTrack, mid: string | null): void {
    if (mid !== null && this.#tracks[mid] === 'screen') {
      this.screen = new MediaStream([track]);
    } else {
      this.camera.addTrack(track);
    }
    this.#changed();
  }

  #rate(bytes: number): number | null {
    const at = performance.now();
    const before = this.#lastBytes;
    this.#lastBytes = { bytes, at };
    return before === null ? null : ((bytes - before.bytes) * 8) / Math.max(1, at - before.at);
  }

  #become(state: LiveState): void {
    if (this.state !== 'closed' && state !== this.state) {
      this.state = state;
      this.#changed();
    }
  }

  #end(reason: string | null): void {
    if (this.state === 'closed') {
      return;
    }
    this.#stopListening();
    this.#peer.close();
    this.reason = reason;
    this.state = 'closed';
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
