import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepConnected } from '@/media/p2p/keep-connected';

class StubPeer extends EventTarget {
  iceConnectionState: RTCIceConnectionState = 'new';
  restarts = 0;
  restartIce(): void {
    this.restarts += 1;
  }
  become(state: RTCIceConnectionState): void {
    this.iceConnectionState = state;
    this.dispatchEvent(new Event('iceconnectionstatechange'));
  }
}

describe('keeping two peers connected', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('lets a short interruption heal by itself', () => {
    const peer = new StubPeer();
    keepConnected(peer);
    peer.become('connected');
    peer.become('disconnected');
    vi.advanceTimersByTime(1_000);
    peer.become('connected');
    vi.advanceTimersByTime(60_000);
    expect(peer.restarts).toBe(0);
  });

  it('restarts until there is a way again', () => {
    const peer = new StubPeer();
    keepConnected(peer);
    peer.become('connected');
    peer.become('failed');
    vi.advanceTimersByTime(12_000);
    expect(peer.restarts).toBe(3);
    peer.become('checking');
    peer.become('connected');
    vi.advanceTimersByTime(60_000);
    expect(peer.restarts).toBe(3);
  });

  it('restarts at once when this computer has another network, and not before it was ever connected', () => {
    const peer = new StubPeer();
    const leave = keepConnected(peer);
    window.dispatchEvent(new Event('online'));
    vi.advanceTimersByTime(0);
    expect(peer.restarts).toBe(0);
    peer.become('connected');
    window.dispatchEvent(new Event('online'));
    vi.advanceTimersByTime(0);
    expect(peer.restarts).toBe(1);
    leave();
    window.dispatchEvent(new Event('online'));
    vi.advanceTimersByTime(60_000);
    expect(peer.restarts).toBe(1);
  });
});
