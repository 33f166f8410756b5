/** A recording as the player sees it: pieces and gaps on one line of time. Pure: times are ms since 1970. */
import type { RecordingGap, RecordingIndex, RecordingPiece, RecordingKind } from '@/api/types';

/** How long before an incident the player begins: what led to it is part of it. */
export const LEAD_MS = 5_000;
/** Pieces that follow each other within this are one stretch. */
const SEAM_MS = 1_500;

export const KINDS = ['camera', 'screen', 'audio'] as const;
export const KIND_WORDS: Record<RecordingKind, string> = {
  camera: 'Camera',
  screen: 'Screen',
  audio: 'Sound sent later',
};

/** Why nothing is there. None of them says anything about the candidate. */
export const GAP_WORDS: Record<RecordingGap['label'], string> = {
  paused: 'The exam was paused',
  server: 'The server was away',
  network: 'No network',
  device: 'Not recorded by the device',
  not_yet_received: 'Not yet received',
};

export type PlayablePiece = RecordingPiece & { readonly url: string };

export interface Reel {
  readonly from: number;
  readonly to: number;
  /** By begin; erased pieces are not among them. */
  readonly pieces: Readonly<Record<RecordingKind, readonly PlayablePiece[]>>;
  readonly gaps: readonly RecordingGap[];
}

export const endOf = (piece: RecordingPiece): number => piece.captured_at + piece.duration_ms;

const isPlayable = (piece: RecordingPiece): piece is PlayablePiece => piece.url !== null;

/** Null where there is nothing to play. `moments`: of incidents, so that all of them lie on the line. */
export function reelOf(index: RecordingIndex, moments: readonly number[] = []): Reel | null {
  const playable = index.segments.filter(isPlayable).sort((a, b) => a.captured_at - b.captured_at);
  if (playable.length === 0) return null;
  const of = (kind: RecordingKind) => playable.filter((piece) => piece.kind === kind);
  return {
    from: Math.min(index.from_at ?? Infinity, ...playable.map((piece) => piece.captured_at), ...moments),
    to: Math.max(index.to_at ?? 0, ...playable.map(endOf), ...moments),
    pieces: { camera: of('camera'), screen: of('screen'), audio: of('audio') },
    gaps: index.gaps,
  };
}

/** The newest piece that plays at this moment: pieces overlap a little, so that nothing is missed between them. */
export function pieceAt(pieces: readonly PlayablePiece[], at: number): PlayablePiece | null {
  for (let index = upTo(pieces, at); index >= 0 && index >= upTo(pieces, at) - 2; index -= 1) {
    const piece = pieces[index];
    if (piece !== undefined && at < endOf(piece)) return piece;
  }
  return null;
}

/** The first piece that begins after this moment. */
export function pieceAfter(pieces: readonly PlayablePiece[], at: number): PlayablePiece | null {
  return pieces[upTo(pieces, at) + 1] ?? null;
}

/** Index of the last piece that has begun, -1 for none. */
function upTo(pieces: readonly PlayablePiece[], at: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const piece = pieces[middle];
    if ((piece?.captured_at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Where playing goes on after a moment at which nothing plays; null at the end. */
export function nextBegin(reel: Reel, at: number): number | null {
  const begins = KINDS.map((kind) => pieceAfter(reel.pieces[kind], at)?.captured_at ?? Infinity);
  const next = Math.min(...begins);
  return next === Infinity ? null : next;
}

export function gapAt(reel: Reel, kind: RecordingKind, at: number): RecordingGap | null {
  return reel.gaps.find((gap) => gap.kind === kind && gap.from_at <= at && at < gap.to_at) ?? null;
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly late: boolean;
}

/** Pieces that follow each other, as one bar each: an hour is hundreds of pieces. */
export function stretches(pieces: readonly PlayablePiece[]): Stretch[] {
  const found: { from: number; to: number; late: boolean }[] = [];
  for (const piece of pieces) {
    const last = found.at(-1);
    if (last?.late === piece.late && piece.captured_at <= last.to + SEAM_MS) {
      last.to = Math.max(last.to, endOf(piece));
    } else {
      found.push({ from: piece.captured_at, to: endOf(piece), late: piece.late });
    }
  }
  return found;
}
