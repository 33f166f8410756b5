import { describe, expect, it } from 'vitest';
import type { WatchSignal } from '@/media/meeting-client';
import { Negotiation, type Peer } from '@/media/p2p/negotiation';

/** The signalling half of an RTCPeerConnection, with the states and refusals of the standard. */
class StubPeer implements Peer {
  signalingState: RTCSignalingState = 'stable';
  localDescription: RTCSessionDescription | null = null;
  remote: RTCSessionDescriptionInit | null = null;
  readonly candidates: RTCIceCandidateInit[] = [];
  onnegotiationneeded: Peer['onnegotiationneeded'] = null;
  onicecandidate: Peer['onicecandidate'] = null;
  readonly #name: string;
  #offers = 0;

  constructor(name: string) {
    this.#name = name;
  }

  async setLocalDescription(): Promise<void> {
    await Promise.resolve();
    const answering = this.signalingState === 'have-remote-offer';
    this.#offers += answering ? 0 : 1;
    this.signalingState = answering ? 'stable' : 'have-local-offer';
    const sdp = answering
      ? `${this.#name} answers ${this.remote?.sdp ?? ''}`
      : `${this.#name} offer ${this.#offers}`;
    this.localDescription = { type: answering ? 'answer' : 'offer', sdp } as RTCSessionDescription;
  }

  async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    await Promise.resolve();
    if (description.type === 'answer' && this.signalingState !== 'have-local-offer') {
      throw new Error('InvalidStateError');
    }
    // An offer over an own offer rolls that one back.
    this.remote = description;
    this.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
  }

  async addIceCandidate(candidate?: RTCIceCandidateInit | null): Promise<void> {
    await Promise.resolve();
    if (candidate == null || this.remote === null || candidate.usernameFragment !== this.remote.sdp) {
      throw new Error('OperationError: unknown ufrag');
    }
    this.candidates.push(candidate);
  }

  needNegotiation(): void {
    this.onnegotiationneeded?.call(this as unknown as RTCPeerConnection, new Event('negotiationneeded'));
  }

  foundCandidate(candidate: object | null): void {
    this.onicecandidate?.call(
      this as unknown as RTCPeerConnection,
      { candidate } as unknown as RTCPeerConnectionIceEvent,
    );
  }
}

interface Side {
  peer: StubPeer;
  negotiation: Negotiation;
  outbox: WatchSignal[];
  errors: unknown[];
}

function side(name: string, polite: boolean): Side {
  const peer = new StubPeer(name);
  const outbox: WatchSignal[] = [];
  const errors: unknown[] = [];
  const negotiation = new Negotiation(peer, {
    watchId: 'w',
    polite,
    send: (signal) => outbox.push(signal),
    tracks: () => ({ '0': 'camera' }),
    failed: (error) => errors.push(error),
  });
  return { peer, negotiation, outbox, errors };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Carries what each side has said to the other until both are silent. */
async function talk(a: Side, b: Side): Promise<void> {
  await settled();
  while (a.outbox.length + b.outbox.length > 0) {
    const [toB, toA] = [a.outbox.splice(0), b.outbox.splice(0)];
    for (const signal of toB) void b.negotiation.receive(signal);
    for (const signal of toA) void a.negotiation.receive(signal);
    await settled();
  }
}

const ice = (usernameFragment: string): WatchSignal => ({
  watch_id: 'w',
  description: null,
  candidate: { candidate: 'c', sdpMid: '0', sdpMLineIndex: 0, usernameFragment },
  tracks: null,
  profile: null,
});

describe('negotiation', () => {
  it('offers what it carries and is answered', async () => {
    const candidate = side('candidate', false);
    const proctor = side('proctor', true);
    candidate.peer.needNegotiation();
    await settled();
    expect(candidate.outbox).toEqual([
      {
        watch_id: 'w',
        description: { type: 'offer', sdp: 'candidate offer 1' },
        candidate: null,
        tracks: { '0': 'camera' },
        profile: null,
      },
    ]);

    await talk(candidate, proctor);
    expect(candidate.peer.remote?.sdp).toBe('proctor answers candidate offer 1');
    expect([candidate.peer.signalingState, proctor.peer.signalingState]).toEqual(['stable', 'stable']);
  });

  it('lets the impolite offer win when both offer at once', async () => {
    const candidate = side('candidate', false);
    const proctor = side('proctor', true);
    candidate.peer.needNegotiation();
    proctor.peer.needNegotiation();
    await talk(candidate, proctor);

    expect(candidate.peer.remote?.sdp).toBe('proctor answers candidate offer 1');
    expect(proctor.peer.remote?.sdp).toBe('candidate offer 1');
    expect([candidate.peer.signalingState, proctor.peer.signalingState]).toEqual(['stable', 'stable']);
    expect([...candidate.errors, ...proctor.errors]).toEqual([]);
  });

  it('forgives candidates of an offer it ignored, and only those', async () => {
    const candidate = side('candidate', false);
    candidate.peer.needNegotiation();
    await settled();
    await candidate.negotiation.receive({
      watch_id: 'w',
      description: { type: 'offer', sdp: 'proctor offer 1' },
      candidate: null,
      tracks: null,
      profile: null,
    });
    await candidate.negotiation.receive(ice('proctor offer 1'));
    expect(candidate.errors).toEqual([]);

    const other = side('candidate', false);
    await other.negotiation.receive(ice('nobody'));
    expect(other.errors).toHaveLength(1);
  });

  it('takes a candidate after the description it came behind', async () => {
    const proctor = side('proctor', true);
    const offer = proctor.negotiation.receive({
      watch_id: 'w',
      description: { type: 'offer', sdp: 'candidate offer 1' },
      candidate: null,
      tracks: null,
      profile: null,
    });
    await Promise.all([offer, proctor.negotiation.receive(ice('candidate offer 1'))]);
    expect(proctor.peer.candidates).toHaveLength(1);
    expect(proctor.errors).toEqual([]);
  });

  it('goes on after a signal that cannot be worked in', async () => {
    const proctor = side('proctor', true);
    await proctor.negotiation.receive({
      watch_id: 'w',
      description: { type: 'answer', sdp: 'to nothing' },
      candidate: null,
      tracks: null,
      profile: null,
    });
    expect(proctor.errors).toHaveLength(1);
    await proctor.negotiation.receive({
      watch_id: 'w',
      description: { type: 'offer', sdp: 'candidate offer 1' },
      candidate: null,
      tracks: null,
      profile: null,
    });
    expect(proctor.outbox.at(-1)?.description).toEqual({
      type: 'answer',
      sdp: 'proctor answers candidate offer 1',
    });
  });

  it('passes on its own candidates, and not the end of them', () => {
    const { peer, outbox } = side('candidate', false);
    peer.foundCandidate({ candidate: 'c', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'u' });
    peer.foundCandidate(null);
    expect(outbox.map((signal) => signal.candidate)).toEqual([
      { candidate: 'c', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'u' },
    ]);
  });
});
