import { BLOCK_SAMPLES, SoundGate } from '@/media/sound/gate';
import { PIECE_SAMPLES, RATE_HZ } from '@/media/sound/sound-format';

/** What came just before the gate opened: the beginning of a word is quieter than its middle. */
const BEFORE_BLOCKS = 20; // 400 ms

export interface Piece {
  /** Of half a second; the last before silence may be shorter. */
  samples: Float32Array;
  /** How many samples came before it since the beginning. */
  began: number;
}

/** Cuts what the gate lets through into pieces; a piece never spans a pause that was left out. */
export class Chunker {
  readonly #give: (piece: Piece) => void;
  readonly #gate = new SoundGate();
  readonly #block = new Float32Array(BLOCK_SAMPLES);
  #filled = 0;
  #before: Float32Array[] = [];
  #piece: Float32Array[] = [];
  #taken = 0;

  constructor(give: (piece: Piece) => void) {
    this.#give = give;
  }

  /** Any number of samples at 16 kHz, -1..1. */
  take(samples: Float32Array): void {
    for (let at = 0; at < samples.length;) {
      const count = Math.min(samples.length - at, BLOCK_SAMPLES - this.#filled);
      this.#block.set(samples.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled === BLOCK_SAMPLES) {
        this.#filled = 0;
        this.#taken += BLOCK_SAMPLES;
        this.#next(this.#block.slice());
      }
    }
  }

  #next(block: Float32Array): void {
    if (this.#gate.take(block)) {
      this.#piece.push(...this.#before, block);
      this.#before = [];
      while (this.#piece.length * BLOCK_SAMPLES >= PIECE_SAMPLES) {
        this.#cut(PIECE_SAMPLES / BLOCK_SAMPLES);
      }
    } else {
      this.#cut(this.#piece.length);
      this.#before.push(block);
      if (this.#before.length > BEFORE_BLOCKS) this.#before.shift();
    }
  }

  #cut(blocks: number): void {
    if (blocks === 0) return;
    const began = this.#taken - this.#piece.length * BLOCK_SAMPLES;
    const samples = new Float32Array(blocks * BLOCK_SAMPLES);
    this.#piece.splice(0, blocks).forEach((block, index) => {
      samples.set(block, index * BLOCK_SAMPLES);
    });
    // When the gate closed, the block that closed it was taken but is not part of the piece.
    this.#give({ samples, began: this.#gate.isOpen ? began : began - BLOCK_SAMPLES });
  }
}

/** Tells when nothing but exact zeros came for 5 s: no microphone in a room is that silent. */
export class SilenceWatch {
  readonly #tell: (dead: boolean) => void;
  #zeros = 0;
  #dead = false;

  constructor(tell: (dead: boolean) => void) {
    this.#tell = tell;
  }

  take(samples: Float32Array): void {
    this.#zeros = samples.some((sample) => sample !== 0) ? 0 : this.#zeros + samples.length;
    const dead = this.#zeros >= 5 * RATE_HZ;
    if (dead !== this.#dead) {
      this.#dead = dead;
      this.#tell(dead);
    }
  }
}
