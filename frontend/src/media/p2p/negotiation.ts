import type { WatchSignal } from '@/media/meeting-client';

/** The part of RTCPeerConnection that the negotiation needs. */
export type Peer = Pick<
  RTCPeerConnection,
  | 'signalingState'
  | 'localDescription'
  | 'setLocalDescription'
  | 'setRemoteDescription'
  | 'addIceCandidate'
  | 'onnegotiationneeded'
  | 'onicecandidate'
>;

export interface NegotiationOptions {
  watchId: string;
  /** The polite side gives way when both offer at once. */
  polite: boolean;
  send(signal: WatchSignal): void;
  /** What each of our mids carries now, said with every description of ours. */
  tracks?(): WatchSignal['tracks'];
  failed(error: unknown): void;
}

/** Perfect negotiation (https://www.w3.org/TR/webrtc/#perfect-negotiation-example) over our own sockets. */
export class Negotiation {
  readonly #peer: Peer;
  readonly #options: NegotiationOptions;
  #makingOffer = false;
  #ignoringOffer = false;
  #settingAnswer = false;
  /** Signals are taken one after another: a candidate must not overtake its description. */
  #queue: Promise<void> = Promise.resolve();

  constructor(peer: Peer, options: NegotiationOptions) {
    this.#peer = peer;
    this.#options = options;
    peer.onnegotiationneeded = () => {
      void this.#offer();
    };
    peer.onicecandidate = ({ candidate }) => {
      if (candidate !== null) {
        this.#send({ candidate: iceInit(candidate) });
      }
    };
  }

  /** Says anew what is to be seen and heard, where only that has changed. */
  announce(): void {
    if (this.#peer.localDescription !== null) {
      this.#send({ tracks: this.#options.tracks?.() ?? null });
    }
  }

  /** Resolves once the signal has been worked in; problems go to `failed`. */
  receive(signal: WatchSignal): Promise<void> {
    this.#queue = this.#queue
      .then(() => this.#take(signal))
      .catch((error: unknown) => {
        this.#options.failed(error);
      });
    return this.#queue;
  }

  async #offer(): Promise<void> {
    try {
      this.#makingOffer = true;
      await this.#peer.setLocalDescription();
      this.#describe();
    } catch (error) {
      this.#options.failed(error);
    } finally {
      this.#makingOffer = false;
    }
  }

  async #take(signal: WatchSignal): Promise<void> {
    if (signal.description !== null) {
      await this.#takeDescription(signal.description as unknown as RTCSessionDescriptionInit);
    }
    if (signal.candidate !== null) {
      await this.#takeCandidate(signal.candidate);
    }
  }

  async #takeDescription(description: RTCSessionDescriptionInit): Promise<void> {
    const peer = this.#peer;
    const readyForOffer = !this.#makingOffer && (peer.signalingState === 'stable' || this.#settingAnswer);
    this.#ignoringOffer = description.type === 'offer' && !readyForOffer && !this.#options.polite;
    if (this.#ignoringOffer) {
      return;
    }
    this.#settingAnswer = description.type === 'answer';
    try {
      await peer.setRemoteDescription(description);
    } finally {
      this.#settingAnswer = false;
    }
    if (description.type === 'offer') {
      await peer.setLocalDescription();
      this.#describe();
    }
  }

  async #takeCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    try {
      await this.#peer.addIceCandidate(candidate);
    } catch (error) {
      // The candidates of an offer that was ignored mean nothing here.
      if (!this.#ignoringOffer) {
        throw error;
      }
    }
  }

  #describe(): void {
    const own = this.#peer.localDescription;
    if (own !== null) {
      this.#send({
        description: { type: own.type, sdp: own.sdp },
        tracks: this.#options.tracks?.() ?? null,
      });
    }
  }

  #send(part: Partial<WatchSignal>): void {
    this.#options.send({
      watch_id: this.#options.watchId,
      description: null,
      candidate: null,
      tracks: null,
      profile: null,
      ...part,
    });
  }
}

function iceInit(candidate: RTCIceCandidate): WatchSignal['candidate'] {
  const { candidate: line, sdpMid, sdpMLineIndex, usernameFragment } = candidate;
  return { candidate: line, sdpMid, sdpMLineIndex, usernameFragment };
}
