import { RATE_HZ } from '@/media/sound/sound-format';

/** Zero crossings of the filter on each side: stops what 16 kHz cannot carry well enough for speech. */
const CROSSINGS = 8;

/**
 * To 16 kHz from what the microphone gives, where the browser does not do it itself: a windowed sinc, kept
 * running over the borders of what comes.
 */
export class Resampler {
  readonly #step: number;
  readonly #cutoff: number;
  readonly #reach: number;
  /** Samples not done with; the filter looks `reach` back and ahead. */
  #kept: Float32Array;
  /** Where the next sample out is, in samples of `kept`. */
  #at: number;

  constructor(fromHz: number) {
    this.#step = fromHz / RATE_HZ;
    this.#cutoff = Math.min(1, 1 / this.#step) * 0.95;
    this.#reach = Math.ceil(CROSSINGS / this.#cutoff);
    this.#kept = new Float32Array(this.#reach);
    this.#at = this.#reach;
  }

  take(samples: Float32Array): Float32Array {
    const all = new Float32Array(this.#kept.length + samples.length);
    all.set(this.#kept);
    all.set(samples, this.#kept.length);
    const out = new Float32Array(Math.max(0, Math.ceil((all.length - this.#reach - this.#at) / this.#step)));
    let count = 0;
    for (; this.#at + this.#reach < all.length; this.#at += this.#step) {
      out[count] = this.#sample(all);
      count += 1;
    }
    const done = Math.max(0, Math.floor(this.#at) - this.#reach);
    this.#kept = all.slice(done);
    this.#at -= done;
    return out.subarray(0, count);
  }

  #sample(all: Float32Array): number {
    const middle = Math.floor(this.#at);
    let sum = 0;
    for (let index = middle - this.#reach + 1; index <= middle + this.#reach; index += 1) {
      const away = index - this.#at;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * away) / this.#reach);
      sum += (all[index] ?? 0) * sinc(away * this.#cutoff) * this.#cutoff * window;
    }
    return sum;
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
