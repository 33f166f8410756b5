import { endOf, pieceAfter, pieceAt, type PlayablePiece } from './reel';

/** What a track of the player needs of a media element. */
type Element = HTMLMediaElement;

interface Slot {
  readonly element: Element;
  piece: PlayablePiece | null;
  /** A recorder writes no length into its files: the element finds it by a look at the end. */
  measured: boolean;
}

/** How far an element that follows may be off before it is put right. */
const DRIFT_S = 0.25;
const STILL_S = 0.04;
const FAR_S = 1e7;

/** One of camera, screen and sound: two elements in turn, so that the next piece is ready when one ends. */
export class Track {
  readonly #pieces: readonly PlayablePiece[];
  readonly #slots: readonly Slot[];
  readonly #broken = new Set<string>();
  #shown: Slot | null = null;

  constructor(pieces: readonly PlayablePiece[], elements: readonly Element[]) {
    this.#pieces = pieces;
    this.#slots = elements.map((element) => ({ element, piece: null, measured: false }));
    for (const slot of this.#slots) this.#watch(slot);
  }

  /** The piece that belongs to this moment; what cannot be read counts as not there. */
  at(moment: number): PlayablePiece | null {
    const piece = pieceAt(this.#pieces, moment);
    return piece === null || this.#broken.has(piece.id) ? null : piece;
  }

  /** Where the shown element stands, ms since 1970; null when it is not the piece of this moment or not ready. */
  position(moment: number): number | null {
    const piece = this.at(moment);
    if (piece === null || this.#shown?.piece !== piece || !isReady(this.#shown)) return null;
    const { element } = this.#shown;
    return element.ended ? endOf(piece) : piece.captured_at + element.currentTime * 1000;
  }

  /** Bring the elements to this moment. leads: it goes by itself; otherwise it is kept close to `moment`. */
  show(moment: number, playing: boolean, rate: number, leads: boolean): void {
    const piece = this.at(moment);
    if (piece === null) {
      this.#hide();
      const next = pieceAfter(this.#pieces, moment);
      if (next !== null) this.#load(next, null);
      return;
    }
    const slot = this.#load(piece, null);
    if (slot === null || !isReady(slot)) return;
    this.#reveal(slot);
    this.#follow(slot, (moment - piece.captured_at) / 1000, playing, rate, leads);
    const next = pieceAfter(this.#pieces, Math.max(moment, piece.captured_at));
    if (next !== null) this.#load(next, slot);
  }

  /** Go to another moment: no element is trusted to be there already. */
  seek(moment: number): void {
    const piece = this.at(moment);
    const slot = this.#slots.find((one) => one.piece === piece && piece !== null);
    if (slot !== undefined && piece !== null && isReady(slot)) {
      slot.element.currentTime = Math.max(0, (moment - piece.captured_at) / 1000);
    }
  }

  stop(): void {
    for (const { element } of this.#slots) {
      element.pause();
      element.removeAttribute('src');
      element.load();
    }
  }

  #hide(): void {
    this.#shown?.element.pause();
    for (const { element } of this.#slots) delete element.dataset.shown;
    this.#shown = null;
  }

  #reveal(slot: Slot): void {
    if (this.#shown === slot) return;
    for (const one of this.#slots) {
      if (one === slot) one.element.dataset.shown = 'true';
      else {
        delete one.element.dataset.shown;
        one.element.pause();
      }
    }
    this.#shown = slot;
  }

  #follow(slot: Slot, wantedS: number, playing: boolean, rate: number, leads: boolean): void {
    const { element } = slot;
    const off = Math.abs(element.currentTime - wantedS);
    if (element.playbackRate !== rate) element.playbackRate = rate;
    if (!element.seeking && off > (playing ? DRIFT_S * Math.max(1, rate) : STILL_S) && !(leads && playing)) {
      element.currentTime = Math.max(0, wantedS);
    }
    if (playing && element.paused && !element.ended) void element.play().catch(() => undefined);
    if (!playing && !element.paused) element.pause();
  }

  /** The slot that holds the piece, or the one that fetches it now; `keep` stays as it is. */
  #load(piece: PlayablePiece, keep: Slot | null): Slot | null {
    const there = this.#slots.find((slot) => slot.piece === piece);
    if (there !== undefined) return there;
    const slot = this.#slots.find((one) => one !== keep && one !== this.#shown) ?? null;
    if (slot === null) return null;
    slot.piece = piece;
    slot.measured = false;
    slot.element.preload = 'auto';
    slot.element.src = piece.url;
    return slot;
  }

  #watch(slot: Slot): void {
    const { element } = slot;
    element.addEventListener('loadedmetadata', () => {
      if (Number.isFinite(element.duration)) slot.measured = true;
      else element.currentTime = FAR_S;
    });
    element.addEventListener('durationchange', () => {
      if (slot.measured || !Number.isFinite(element.duration) || element.readyState === 0) return;
      slot.measured = true;
      element.currentTime = 0;
    });
    element.addEventListener('error', () => {
      if (slot.piece !== null && element.getAttribute('src') !== null) this.#broken.add(slot.piece.id);
    });
  }
}

function isReady({ element, measured }: Slot): boolean {
  return measured && !element.seeking && element.readyState >= element.HAVE_CURRENT_DATA;
}
