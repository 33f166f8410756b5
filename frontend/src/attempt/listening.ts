import { listenTo, type MicrophoneListener, type SoundPiece } from '@/media/sound/microphone';

/** What is wanted of the microphone now. */
export interface Wanted {
  /** Pieces of sound for the server. */
  sound: boolean;
  /** Word when it is muted or gives nothing. */
  silence: boolean;
}

interface Told {
  piece(piece: SoundPiece): void;
  event(kind: 'microphone_muted' | 'microphone_unmuted'): void;
}

/**
 * Listens to the microphone while anything is wanted of it. Tells when it is muted, by the system or by a
 * switch of its own, which shows only as sound of exact zeros.
 */
export class Listening {
  readonly #told: Told;
  readonly #listen: typeof listenTo;
  #track: MediaStreamTrack | null = null;
  #wanted: Wanted = { sound: false, silence: false };
  #listener: MicrophoneListener | null = null;
  #stop = new AbortController();
  /** Nothing but zeros come. */
  #dead = false;
  /** As it was told last; a microphone that has just been started is taken for open. */
  #muted = false;

  constructor(told: Told, listen = listenTo) {
    this.#told = told;
    this.#listen = listen;
  }

  /** The microphone, null while it is off. */
  use(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#end();
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#track = track;
    this.#muted = false;
    for (const change of ['mute', 'unmute'] as const) {
      track?.addEventListener(
        change,
        () => {
          this.#tellMuted();
        },
        { signal: this.#stop.signal },
      );
    }
    this.#update();
    this.#tellMuted();
  }

  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#update();
  }

  #update(): void {
    const { sound, silence } = this.#wanted;
    if (this.#track === null || !(sound || silence)) {
      this.#end();
      return;
    }
    this.#listener ??= this.#begin(this.#track);
    this.#listener.send(sound);
  }

  #begin(track: MediaStreamTrack): MicrophoneListener {
    this.#dead = false;
    return this.#listen(track, {
      piece: (piece) => {
        this.#told.piece(piece);
      },
      silence: (dead) => {
        this.#dead = dead;
        this.#tellMuted();
      },
    });
  }

  #tellMuted(): void {
    if (this.#track === null) return;
    const muted = this.#track.muted || this.#dead;
    if (muted === this.#muted) return;
    this.#muted = muted;
    this.#told.event(muted ? 'microphone_muted' : 'microphone_unmuted');
  }

  /** What was told of zeros is not taken back: nobody knows what comes while nobody listens. */
  #end(): void {
    this.#listener?.close();
    this.#listener = null;
  }
}
