/**
 * The page of benchmarks/meetings.py: many candidates on one page, many live views on another, over the page's own
 * meeting clients. What would go over Examhall's sockets goes through functions that the benchmark gives to both.
 */
import { CandidateLive } from '@/media/candidate-live';
import type { Profile, Ticket, WatchSignal, WatchTerms } from '@/media/meeting-client';
import { meetingClient } from '@/media/meeting-providers';

declare global {
  interface Window {
    /** Given by the benchmark: a signal for the other page, a way in, and "open this at the candidate's". */
    benchRelay: (signal: WatchSignal) => Promise<void>;
    benchTicket: (attemptId: string, watchId: string | null) => Promise<Ticket>;
    benchOpen: (attemptId: string, terms: WatchTerms, profile: Profile) => Promise<void>;
    bench: typeof bench;
  }
}

const peers: RTCPeerConnection[] = [];
const candidates = new Map<string, CandidateLive>();
const listeners = new Map<string, (signal: WatchSignal) => void>();
const early = new Map<string, WatchSignal[]>();
const watches = new Map<string, string>();

window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    peers.push(this);
  }
};

const bench = {
  /** So many candidates who share the browser's camera and microphone. */
  async seat(attemptIds: string[]): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { width: 640, height: 480, frameRate: 15 },
      audio: true,
    });
    const [camera = null] = stream.getVideoTracks();
    const [microphone = null] = stream.getAudioTracks();
    for (const attemptId of attemptIds) {
      const candidate = new CandidateLive({
        send: (signal) => void window.benchRelay(signal),
        join: () => window.benchTicket(attemptId, null),
        heard: () => undefined,
      });
      candidate.publish({ camera, microphone, screen: null });
      candidates.set(attemptId, candidate);
    }
  },

  opened(attemptId: string, terms: WatchTerms, profile: Profile): void {
    watches.set(terms.watchId, attemptId);
    candidates.get(attemptId)?.openWatch(terms, profile);
  },

  /** On the proctor's page: opens a live view; resolves with the ms until its first picture was shown. */
  async watch(attemptId: string, terms: WatchTerms, profile: Profile): Promise<number> {
    const began = performance.now();
    await window.benchOpen(attemptId, terms, profile);
    const client = await meetingClient(terms.provider);
    const view = client.watch(
      {
        closeWatch: () => undefined,
        send: (signal) => void window.benchRelay(signal),
        listen: (watchId, listener) => {
          const take = (signal: WatchSignal) => {
            listener.signal(signal);
          };
          listeners.set(watchId, take);
          early.get(watchId)?.forEach(take);
          return () => listeners.delete(watchId);
        },
        join: (watchId) => window.benchTicket(attemptId, watchId),
        talk: () => Promise.resolve(),
      },
      terms,
      attemptId,
      profile,
    );
    const video = document.createElement('video');
    Object.assign(video, { autoplay: true, muted: true, width: 320, height: 240 });
    document.body.append(video);
    view.show('camera', video);
    return new Promise((resolve) => {
      video.requestVideoFrameCallback(() => {
        resolve(performance.now() - began);
      });
    });
  },

  /** What the other page said. */
  hear(signal: WatchSignal): void {
    const listener = listeners.get(signal.watch_id);
    const attemptId = watches.get(signal.watch_id);
    if (listener !== undefined) listener(signal);
    else if (attemptId !== undefined) candidates.get(attemptId)?.receive(signal);
    else early.set(signal.watch_id, [...(early.get(signal.watch_id) ?? []), signal]);
  },

  /** Bytes that this page has sent so far, of all its connections, headers and retransmissions included. */
  async sent(): Promise<number> {
    let bytes = 0;
    for (const peer of peers) {
      const report = peer.connectionState === 'closed' ? [] : (await peer.getStats()).values();
      for (const entry of report as Iterable<Record<string, unknown>>) {
        if (entry.type === 'transport') bytes += Number(entry.bytesSent ?? 0);
      }
    }
    return bytes;
  },

  /** Frames that all live views of this page have shown so far. */
  frames(): number {
    return [...document.querySelectorAll('video')].reduce(
      (sum, video) => sum + video.getVideoPlaybackQuality().totalVideoFrames,
      0,
    );
  },
};
window.bench = bench;
