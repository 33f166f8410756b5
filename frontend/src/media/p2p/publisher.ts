import {
  PROFILES,
  SMALLEST,
  WHATS,
  type CandidateLine,
  type CandidateMeeting,
  type Profile,
  type Published,
  type Quality,
  type WatchSignal,
  type WatchTerms,
  type What,
} from '@/media/meeting-client';
import { keepConnected } from '@/media/p2p/keep-connected';
import { Negotiation } from '@/media/p2p/negotiation';
import { openPeer } from '@/media/p2p/peer';

const NOTHING: Published = { camera: null, microphone: null, screen: null };

/** The candidate's side of the browser to browser live view: offers what it has, sendonly. */
export class P2PPublisher implements CandidateMeeting {
  readonly #line: CandidateLine;
  readonly #watches = new Map<string, Watch>();
  #published = NOTHING;
  /** What a proctor had switched off; another track of the same kind is shown again. */
  readonly #muted = new WeakSet<MediaStreamTrack>();
  /** Taken out of the meeting: nothing is shown until the next live view. */
  #out = false;
  #small = false;

  constructor(line: CandidateLine) {
    this.#line = line;
  }

  publish(tracks: Published): void {
    this.#published = tracks;
    if (tracks.screen !== null) {
      tracks.screen.contentHint = 'detail';
    }
    this.#carry();
  }

  openWatch(terms: WatchTerms, profile: Profile): void {
    this.closeWatch(terms.watchId);
    this.#out = false;
    const watch = new Watch(terms, profile, {
      send: (signal) => {
        this.#line.send(signal);
      },
      spoke: () => {
        this.#hear();
      },
      failed: () => {
        this.closeWatch(terms.watchId); // the proctor's page opens another one
      },
    });
    watch.limit(this.#small);
    this.#watches.set(terms.watchId, watch);
    this.#carry();
  }

  closeWatch(watchId: string): void {
    const watch = this.#watches.get(watchId);
    if (watch !== undefined) {
      this.#watches.delete(watchId);
      watch.close();
      this.#hear();
    }
  }

  receive(signal: WatchSignal): void {
    this.#watches.get(signal.watch_id)?.receive(signal);
  }

  command({ action, media }: Parameters<CandidateMeeting['command']>[0]): void {
    if (action === 'mute' && media !== null) {
      const track = this.#published[media];
      if (track !== null) this.#muted.add(track);
    } else {
      this.#out = action === 'leave';
    }
    this.#carry();
  }

  limit(small: boolean): void {
    this.#small = small;
    for (const watch of this.#watches.values()) watch.limit(small);
  }

  close(): void {
    for (const watchId of [...this.#watches.keys()]) {
      this.closeWatch(watchId);
    }
  }

  #carry(): void {
    const allowed = (track: MediaStreamTrack | null) =>
      track === null || this.#out || this.#muted.has(track) ? null : track;
    const { camera, microphone, screen } = this.#published;
    const shown = { camera: allowed(camera), microphone: allowed(microphone), screen: allowed(screen) };
    for (const watch of this.#watches.values()) {
      watch.carry(shown);
    }
  }

  #hear(): void {
    const voices = [...this.#watches.values()].flatMap(({ voice }) => voice ?? []);
    this.#line.heard(voices.length === 0 ? null : new MediaStream(voices));
  }
}

interface WatchListener {
  send(signal: WatchSignal): void;
  /** A proctor began or stopped to speak. */
  spoke(): void;
  failed(): void;
}

/** One proctor who looks. Every kind has its place from the start, so that devices come and go without a new offer. */
class Watch {
  /** Of the proctor, while they speak. */
  voice: MediaStreamTrack | null = null;
  readonly #peer: RTCPeerConnection;
  readonly #negotiation: Negotiation;
  readonly #listener: WatchListener;
  readonly #senders: Record<What, RTCRtpTransceiver>;
  readonly #leave: () => void;
  #profile: Profile;
  #small = false;
  #shown = NOTHING;
  #microphone: MediaStreamTrack | null = null;
  #talking = false;

  constructor(terms: WatchTerms, profile: Profile, listener: WatchListener) {
    const peer = openPeer(terms);
    this.#peer = peer;
    this.#profile = profile;
    this.#listener = listener;
    this.#negotiation = new Negotiation(peer, {
      watchId: terms.watchId,
      polite: false,
      send: listener.send.bind(listener),
      tracks: () => this.#midMap(),
      failed: () => {
        listener.failed();
      },
    });
    this.#senders = {
      camera: place(peer, 'video', profile, 'camera'),
      microphone: place(peer, 'audio', profile, 'microphone'),
      screen: place(peer, 'video', profile, 'screen'),
    };
    peer.ontrack = ({ track }) => {
      this.#microphone = track;
      this.#listen();
    };
    this.#leave = keepConnected(peer);
  }

  carry(shown: Published): void {
    const changed = WHATS.filter((what) => shown[what] !== this.#shown[what]);
    this.#shown = shown;
    for (const what of changed) {
      void this.#senders[what].sender.replaceTrack(shown[what]).then(
        () => this.#applyProfile(what),
        () => undefined, // the connection is closed
      );
    }
    if (changed.length > 0) this.#negotiation.announce();
  }

  limit(small: boolean): void {
    if (small === this.#small) return;
    this.#small = small;
    for (const what of WHATS) void this.#applyProfile(what);
  }

  receive(signal: WatchSignal): void {
    if (signal.profile !== null && signal.profile !== this.#profile) {
      this.#profile = signal.profile;
      for (const what of WHATS) void this.#applyProfile(what);
    }
    if (signal.tracks !== null) {
      this.#talking = Object.values(signal.tracks).includes('microphone');
      this.#listen();
    }
    void this.#negotiation.receive(signal);
  }

  close(): void {
    this.#leave();
    this.#peer.close();
    this.voice = null;
  }

  #listen(): void {
    const voice = this.#talking ? this.#microphone : null;
    if (voice !== this.voice) {
      this.voice = voice;
      this.#listener.spoke();
    }
  }

  async #applyProfile(what: What): Promise<void> {
    const { sender } = this.#senders[what];
    const parameters = sender.getParameters();
    const qualities = this.#small ? SMALLEST : PROFILES[this.#profile];
    const wanted = encoding(qualities[what], this.#shown[what]);
    parameters.encodings = [{ ...parameters.encodings[0], ...wanted }];
    // Refused once the connection is closed, and when a later change overtakes this one.
    await sender.setParameters(parameters).catch(() => undefined);
  }

  #midMap(): Record<string, What> {
    const map: Record<string, What> = {};
    for (const what of WHATS) {
      const { mid } = this.#senders[what];
      if (mid !== null && this.#shown[what] !== null) {
        map[mid] = what;
      }
    }
    return map;
  }
}

function place(
  peer: RTCPeerConnection,
  kind: 'audio' | 'video',
  profile: Profile,
  what: What,
): RTCRtpTransceiver {
  return peer.addTransceiver(kind, {
    direction: 'sendonly',
    sendEncodings: [encoding(PROFILES[profile][what], null)],
  });
}

function encoding(quality: Quality, track: MediaStreamTrack | null): RTCRtpEncodingParameters {
  const { width: limit, ...rates } = quality;
  const width = track?.getSettings().width;
  if (limit === undefined) {
    return rates;
  }
  return { ...rates, scaleResolutionDownBy: width === undefined ? 1 : Math.max(1, width / limit) };
}
