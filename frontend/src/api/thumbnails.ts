/**
 * The newest small picture of every attempt, kept outside the page's state: a new one redraws the one canvas
 * that shows it and nothing else.
 */

const WIRE_VERSION = 1;
const THUMBNAIL_KIND = 16;
const HEADER_BYTES = 14; // version u8, kind u8, attempt index u32, captured_at i64; little endian

export interface Thumbnail {
  readonly number: number;
  readonly capturedAt: number;
  readonly picture: Blob;
}

/** Read one binary message of the monitor socket; null for what is none of ours. */
export function readThumbnail(data: ArrayBuffer): Thumbnail | null {
  if (data.byteLength <= HEADER_BYTES) return null;
  const view = new DataView(data);
  if (view.getUint8(0) !== WIRE_VERSION || view.getUint8(1) !== THUMBNAIL_KIND) return null;
  return {
    number: view.getUint32(2, true),
    capturedAt: Number(view.getBigInt64(6, true)),
    picture: new Blob([new Uint8Array(data, HEADER_BYTES)], { type: 'image/jpeg' }),
  };
}

export class Thumbnails {
  readonly #newest = new Map<number, Thumbnail>();
  readonly #listeners = new Map<number, Set<() => void>>();

  /** Keep it if it is newer than what is there. */
  put(thumbnail: Thumbnail): void {
    const before = this.#newest.get(thumbnail.number);
    if (before !== undefined && before.capturedAt > thumbnail.capturedAt) return;
    this.#newest.set(thumbnail.number, thumbnail);
    this.#listeners.get(thumbnail.number)?.forEach((listener) => {
      listener();
    });
  }

  get(number: number): Thumbnail | undefined {
    return this.#newest.get(number);
  }

  /** Call `listener` at every new picture of this attempt; returns what ends it. */
  subscribe(number: number, listener: () => void): () => void {
    let listeners = this.#listeners.get(number);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(number, listeners);
    }
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }
}
