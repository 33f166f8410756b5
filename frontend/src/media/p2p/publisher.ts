import type { Profile, Published, Publisher, WatchSignal, WatchTerms } from '@/media/meeting-client';
import { Negotiation } from '@/media/p2p/negotiation';
import { openPeer } from '@/media/p2p/peer';

type What = keyof Published;
const WHATS: readonly What[] = ['camera', 'microphone', 'screen'];

/** What one watcher is sent, by how closely they look. Sizes in pixels, rates in bit/s and frames/s. */
const PROFILES: Record<
  Profile,
  Record<What, { maxBitrate: number; maxFramerate?: number; width?: number }>
> = {
  grid: {
    camera: { maxBitrate: 150_000, maxFramerate: 10, width: 320 },
    microphone: { maxBitrate: 24_000 },
    screen: { maxBitrate: 200_000, maxFramerate: 2, width: 1280 },
  },
  focus: {
    camera: { maxBitrate: 800_000, maxFramerate: 15, width: 640 },
    microphone: { maxBitrate: 24_000 },
    screen: { maxBitrate: 600_000, maxFramerate: 5, width: 1280 },
  },
};

interface Watch {
  peer: RTCPeerConnection;
  negotiation: Negotiation;
  profile: Profile;
  senders: Partial<Record<What, RTCRtpTransceiver>>;
}

/** The candidate's side of the browser to browser live view: offers what it has, sendonly. */
export class P2PPublisher implements Publisher {
  readonly #send: (signal: WatchSignal) => void;
  readonly #watches = new Map<string, Watch>();
  #published: Published = { camera: null, microphone: null, screen: null };

  constructor(send: (signal: WatchSignal) => void) {
    this.#send = send;
  }

  publish(tracks: Published): void {
    this.#published = tracks;
    if (tracks.screen !== null) {
      tracks.screen.contentHint = 'detail';
    }
    for (const watch of this.#watches.values()) {
      this.#carry(watch);
    }
  }

  openWatch(terms: WatchTerms, profile: Profile): void {
    this.closeWatch(terms.watchId);
    const peer = openPeer(terms);
    const senders: Watch['senders'] = {};
    const negotiation = new Negotiation(peer, {
      watchId: terms.watchId,
      polite: false,
      send: this.#send,
      tracks: () => midMap(senders),
      failed: () => {
        this.closeWatch(terms.watchId); // the proctor's page opens another one
      },
    });
    const watch = { peer, negotiation, profile, senders };
    this.#watches.set(terms.watchId, watch);
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === 'failed') {
        peer.restartIce();
      }
    };
    this.#carry(watch);
  }

  closeWatch(watchId: string): void {
    this.#watches.get(watchId)?.peer.close();
    this.#watches.delete(watchId);
  }

  receive(signal: WatchSignal): void {
    void this.#watches.get(signal.watch_id)?.negotiation.receive(signal);
  }

  close(): void {
    for (const watchId of [...this.#watches.keys()]) {
      this.closeWatch(watchId);
    }
  }

  /** A device that changes replaces its track; one that appears is offered. */
  #carry(watch: Watch): void {
    for (const what of WHATS) {
      const track = this.#published[what];
      const sender = watch.senders[what];
      if (sender !== undefined) {
        if (sender.sender.track !== track) {
          void sender.sender.replaceTrack(track);
        }
      } else if (track !== null) {
        watch.senders[what] = watch.peer.addTransceiver(track, {
          direction: 'sendonly',
          sendEncodings: [encoding(watch.profile, what, track)],
        });
      }
    }
  }
}

function encoding(profile: Profile, what: What, track: MediaStreamTrack): RTCRtpEncodingParameters {
  const { width: limit, ...rates } = PROFILES[profile][what];
  const width = track.getSettings().width;
  if (limit === undefined || width === undefined || width <= limit) {
    return rates;
  }
  return { ...rates, scaleResolutionDownBy: width / limit };
}

function midMap(senders: Watch['senders']): Record<string, What> {
  const map: Record<string, What> = {};
  for (const what of WHATS) {
    const mid = senders[what]?.mid;
    if (mid != null) {
      map[mid] = what;
    }
  }
  return map;
}
