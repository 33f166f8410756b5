import { RATE_HZ } from '@/media/sound/sound-format';

/** One look at the level, 20 ms. */
export const BLOCK_SAMPLES = RATE_HZ / 50;
const BLOCK_S = BLOCK_SAMPLES / RATE_HZ;

/** Above the room's own noise by so much is sound; below this level nothing is, however quiet the room. */
const ABOVE_FLOOR_DB = 9;
const QUIETEST_DB = -60;
/** The floor follows pauses between words down at once, and a fan that is switched on in some seconds. */
const RISE_DB_PER_S = 2;
const FALL_DB_PER_S = 100;
const FLOOR_AT_FIRST_DB = -50;
const FLOOR_LOWEST_DB = -90;
/** A click is shorter than this. */
const OPENS_AFTER_BLOCKS = 3;
const STAYS_OPEN_S = 1;

/**
 * Says whether there is anything to hear, 20 ms at a time, by the level over a noise floor that adapts: so
 * that silence stays on the candidate's machine. Whether it is speech is for the server to say.
 */
export class SoundGate {
  #floorDb = FLOOR_AT_FIRST_DB;
  #loudBlocks = 0;
  #leftS = 0;

  get isOpen(): boolean {
    return this.#leftS > 0;
  }

  /** Takes the next block of `BLOCK_SAMPLES` samples in -1..1 and returns whether the gate is open now. */
  take(block: Float32Array): boolean {
    const db = levelDb(block);
    const loud = db > Math.max(this.#floorDb + ABOVE_FLOOR_DB, QUIETEST_DB);
    this.#follow(db);
    this.#loudBlocks = loud ? this.#loudBlocks + 1 : 0;
    if (this.#loudBlocks >= OPENS_AFTER_BLOCKS) {
      this.#leftS = STAYS_OPEN_S;
    } else {
      this.#leftS = Math.max(0, this.#leftS - BLOCK_S);
    }
    return this.isOpen;
  }

  #follow(db: number): void {
    const step =
      db > this.#floorDb
        ? Math.min(RISE_DB_PER_S * BLOCK_S, db - this.#floorDb)
        : Math.max(-FALL_DB_PER_S * BLOCK_S, db - this.#floorDb);
    this.#floorDb = Math.max(FLOOR_LOWEST_DB, this.#floorDb + step);
  }
}

/** Root mean square in dB of full scale; -120 for digital silence. */
export function levelDb(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.max(-120, 10 * Math.log10(sum / samples.length + 1e-12));
}
