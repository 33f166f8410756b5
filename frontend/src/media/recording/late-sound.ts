import { RATE_HZ } from '@/media/sound/sound-format';
import { joined, type Bytes } from './segment';

/** Pieces further apart than this go into different files. */
const PAUSE_MS = 500;
const LONGEST_MS = 10_000;
const HEADER_BYTES = 44;

interface Heard {
  pcm: Uint8Array;
  capturedAt: number;
}

export interface LateSoundFile {
  wav: Bytes;
  capturedAt: number;
  durationMs: number;
}

/** Puts pieces of sound that could not be sent together to files that play. */
export class LateSound {
  readonly #give: (file: LateSoundFile) => void;
  #pieces: Heard[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(give: (file: LateSoundFile) => void) {
    this.#give = give;
  }

  /** 16 kHz mono, 16 bit little endian, in the order it was heard. */
  take(piece: Heard): void {
    const first = this.#pieces[0];
    const last = this.#pieces.at(-1);
    if (first !== undefined && last !== undefined) {
      const pause = piece.capturedAt - (last.capturedAt + durationMs(last.pcm));
      if (pause > PAUSE_MS || endOf(piece) - first.capturedAt > LONGEST_MS) this.flush();
    }
    this.#pieces.push(piece);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.flush();
    }, 2 * PAUSE_MS);
  }

  /** The line is back, or the page goes. */
  flush(): void {
    clearTimeout(this.#timer);
    const [first] = this.#pieces;
    if (first === undefined) return;
    const pcm = joined(this.#pieces.map((piece) => new Uint8Array(piece.pcm)));
    this.#pieces = [];
    this.#give({ wav: wav(pcm), capturedAt: Math.round(first.capturedAt), durationMs: durationMs(pcm) });
  }
}

function endOf({ pcm, capturedAt }: Heard): number {
  return capturedAt + durationMs(pcm);
}

function durationMs(pcm: Uint8Array): number {
  return Math.round((pcm.length / 2 / RATE_HZ) * 1000);
}

/** A WAV file of 16 kHz mono PCM16. */
function wav(pcm: Uint8Array): Bytes {
  const file = new Uint8Array(HEADER_BYTES + pcm.length);
  const view = new DataView(file.buffer);
  const text = (at: number, words: string) => {
    file.set(new TextEncoder().encode(words), at);
  };
  text(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + pcm.length, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, RATE_HZ, true);
  view.setUint32(28, RATE_HZ * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, pcm.length, true);
  file.set(pcm, HEADER_BYTES);
  return file;
}
