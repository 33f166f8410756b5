import type { LiveState, What } from '@/media/meeting-client';

/** What every provider's live view has: a state that somebody looks at. */
export class ObservedView {
  state: LiveState = 'connecting';
  reason: string | null = null;
  readonly shown: Record<What, boolean> = { camera: false, microphone: false, screen: false };
  readonly #listeners = new Set<() => void>();

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** False when nothing changed: what is closed stays closed. */
  protected become(state: LiveState, reason: string | null = null): boolean {
    if (this.state === 'closed' || (state === this.state && reason === this.reason)) {
      return false;
    }
    this.state = state;
    this.reason = reason;
    this.changed();
    return true;
  }

  protected changed(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

/** Makes a stream hold just this track; what is in its place already stays, so that who plays it goes on. */
export function hold(stream: MediaStream, track: MediaStreamTrack | null): void {
  for (const old of stream.getTracks()) {
    if (old !== track) stream.removeTrack(old);
  }
  if (track !== null) stream.addTrack(track);
}
