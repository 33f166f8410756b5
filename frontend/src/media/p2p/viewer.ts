import {
  NO_STATS,
  type LiveState,
  type LiveStats,
  type LiveView,
  type Profile,
  type ProctorLine,
  type WatchSignal,
  type WatchTerms,
  type What,
} from '@/media/meeting-client';
import { hold, ObservedView } from '@/media/observed-view';
import { keepConnected } from '@/media/p2p/keep-connected';
import { Negotiation } from '@/media/p2p/negotiation';
import { openPeer } from '@/media/p2p/peer';
import { StatsReader } from '@/media/stats-reader';

const STATES: Partial<Record<RTCPeerConnectionState, LiveState>> = {
  connected: 'live',
  disconnected: 'interrupted',
  failed: 'interrupted',
};

/** The proctor's side of the browser to browser live view: the polite peer, which answers. */
export class P2PLiveView extends ObservedView implements LiveView {
  readonly sound = new MediaStream();
  readonly #line: ProctorLine;
  readonly #watchId: string;
  readonly #peer: RTCPeerConnection;
  readonly #negotiation: Negotiation;
  readonly #pictures = { camera: new MediaStream(), screen: new MediaStream() };
  readonly #reader = new StatsReader();
  readonly #leave: (() => void)[];
  #tracks: NonNullable<WatchSignal['tracks']> = {};
  #voice: RTCRtpTransceiver | null = null;
  #talking = false;

  constructor(line: ProctorLine, terms: WatchTerms) {
    super();
    this.#line = line;
    this.#watchId = terms.watchId;
    this.#peer = openPeer(terms);
    this.#negotiation = new Negotiation(this.#peer, {
      watchId: terms.watchId,
      polite: true,
      send: (signal) => {
        line.send(signal);
      },
      tracks: () => this.#voiceMap(),
      failed: () => {
        this.#end('the two pages do not understand each other');
      },
    });
    this.#peer.ontrack = () => {
      this.#place();
    };
    this.#peer.onconnectionstatechange = () => {
      this.become(STATES[this.#peer.connectionState] ?? this.state);
    };
    this.#leave = [
      keepConnected(this.#peer),
      line.listen(terms.watchId, {
        signal: (signal) => {
          this.#receive(signal);
        },
        closed: (reason) => {
          this.#end(reason, { told: true });
        },
      }),
    ];
  }

  show(what: 'camera' | 'screen', element: HTMLVideoElement): () => void {
    element.srcObject = this.#pictures[what];
    return () => {
      element.srcObject = null;
    };
  }

  setProfile(profile: Profile): void {
    if (this.state !== 'closed') {
      this.#line.send({
        watch_id: this.#watchId,
        description: null,
        candidate: null,
        tracks: null,
        profile,
      });
    }
  }

  async talk(microphone: MediaStreamTrack | null): Promise<void> {
    if (this.state === 'closed') return;
    await this.#line.talk(this.#watchId, microphone !== null);
    this.#talking = microphone !== null;
    if (this.#voice !== null) {
      await this.#voice.sender.replaceTrack(microphone);
      this.#negotiation.announce();
    } else if (microphone !== null) {
      // What it is for is said with the offer that this leads to.
      this.#voice = this.#peer.addTransceiver(microphone, { direction: 'sendonly' });
    }
  }

  async stats(): Promise<LiveStats> {
    if (this.state === 'closed') {
      return NO_STATS;
    }
    const report = await this.#peer.getStats();
    const camera = this.#pictures.camera.getVideoTracks()[0]?.id ?? null;
    return this.#reader.read([report.values()], camera, performance.now());
  }

  close(): void {
    this.#end(null);
  }

  #receive(signal: WatchSignal): void {
    // The map comes with the description that makes the tracks appear, so it is read first.
    this.#tracks = signal.tracks ?? this.#tracks;
    this.#place();
    void this.#negotiation.receive(signal);
  }

  /** Puts every track that is there where the candidate's page said that it belongs. */
  #place(): void {
    const placed: Record<What, MediaStreamTrack | null> = { camera: null, microphone: null, screen: null };
    for (const { mid, receiver } of this.#peer.getTransceivers()) {
      const what = mid === null ? undefined : this.#tracks[mid];
      if (what !== undefined) placed[what] = receiver.track;
    }
    hold(this.#pictures.camera, placed.camera);
    hold(this.#pictures.screen, placed.screen);
    hold(this.sound, placed.microphone);
    for (const what of ['camera', 'microphone', 'screen'] as const) this.shown[what] = placed[what] !== null;
    this.changed();
  }

  #voiceMap(): Record<string, What> {
    const mid = this.#voice?.mid;
    return this.#talking && mid != null ? { [mid]: 'microphone' } : {};
  }

  #end(reason: string | null, { told } = { told: false }): void {
    if (this.become('closed', reason)) {
      this.#leave.forEach((leave) => {
        leave();
      });
      this.#peer.close();
      if (!told) this.#line.closeWatch(this.#watchId);
    }
  }
}
