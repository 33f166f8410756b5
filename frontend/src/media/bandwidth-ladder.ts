import type { Bandwidth } from '@/api/generated/socket';

export type Rung = Bandwidth['rung'];

/** From here on the candidate is told that the line is slow: what is recorded waits on their computer. */
export const SLOW_FROM: Rung = 2;

/** What the page saw of its line since the last look. */
export interface LineSample {
  /** Monotonic, ms. */
  at: number;
  /** Bytes that wait in the browser to go out over the socket. */
  buffered: number;
  /** Of a ping, or of a request where sockets are blocked; null: none came back yet. */
  roundTripMs: number | null;
  /** A question has been out without an answer for so long. */
  unansweredMs: number;
  /** Pictures that were held back because what came before them still waits. */
  framesHeld: number;
  /** Tries to send something recorded that failed, and those that took nearly as long as what they carry lasts. */
  uploadsFailed: number;
  uploadsSlow: number;
}

export interface Ladder {
  readonly rung: Rung;
  /** Since when the line has been bad, or good, without a break. */
  readonly badSince: number | null;
  readonly goodSince: number | null;
  readonly changedAt: number;
  /** When it last stepped back; null: it has stepped on since. */
  readonly backAt: number | null;
  /** How long it has to be good before the next step back; it grows when a step back was too early. */
  readonly patienceMs: number;
}

/** One step further after so long a time of a bad line. */
const BAD_FOR_MS = 4_000;
/** What is clearly too much does not wait as long. */
const WORSE_FOR_MS = 2_000;
const GOOD_FOR_MS = 10_000;
const LONGEST_PATIENCE_MS = 80_000;
/** Bad again so soon after a step back: it was too early. */
const RELAPSE_MS = 20_000;

const BAD = { buffered: 96 * 1024, roundTripMs: 1_500, unansweredMs: 3_000 };
const WORSE = { buffered: 384 * 1024, unansweredMs: 6_000 };
/** Between good and bad nothing changes. */
const GOOD = { buffered: 24 * 1024, roundTripMs: 700, unansweredMs: 1_000 };

const ALL: readonly Rung[] = [0, 1, 2, 3, 4, 5];

export function atTheBottom(at: number): Ladder {
  return { rung: 0, badSince: null, goodSince: null, changedAt: at, backAt: null, patienceMs: GOOD_FOR_MS };
}

/**
 * The next state of the ladder. What the exam can do without goes first: the recording becomes smaller, then
 * waits; then the live view; then the pictures come slower; events always go.
 *
 * useful: the rungs that change anything now; the others are passed over (nothing is recorded, nobody watches).
 */
export function climb(ladder: Ladder, sample: LineSample, useful: readonly Rung[] = ALL): Ladder {
  const { at } = sample;
  const badSince = isBad(sample) ? (ladder.badSince ?? at) : null;
  const goodSince = isGood(sample) ? (ladder.goodSince ?? at) : null;
  const stays: Ladder = { ...ladder, badSince, goodSince };
  const limit = isWorse(sample) ? WORSE_FOR_MS : BAD_FOR_MS;
  if (badSince !== null && at - badSince >= limit) {
    const rung = useful.find((one) => one > ladder.rung);
    if (rung === undefined) return stays;
    const relapsed = ladder.backAt !== null && at - ladder.backAt < RELAPSE_MS;
    return {
      rung,
      badSince: at,
      goodSince: null,
      changedAt: at,
      backAt: null,
      patienceMs: relapsed ? Math.min(LONGEST_PATIENCE_MS, ladder.patienceMs * 2) : ladder.patienceMs,
    };
  }
  if (goodSince !== null && at - goodSince >= ladder.patienceMs && ladder.rung > 0) {
    const rung = useful.filter((one) => one < ladder.rung).at(-1) ?? 0;
    return { ...stays, rung, goodSince: at, changedAt: at, backAt: at };
  }
  if (ladder.rung === 0 && at - ladder.changedAt > 2 * LONGEST_PATIENCE_MS) {
    return { ...stays, patienceMs: GOOD_FOR_MS };
  }
  return stays;
}

function isBad(sample: LineSample): boolean {
  return (
    sample.buffered > BAD.buffered ||
    sample.unansweredMs > BAD.unansweredMs ||
    (sample.roundTripMs ?? 0) > BAD.roundTripMs ||
    sample.framesHeld + sample.uploadsFailed + sample.uploadsSlow > 0
  );
}

function isWorse(sample: LineSample): boolean {
  return (
    sample.buffered > WORSE.buffered || sample.unansweredMs > WORSE.unansweredMs || sample.framesHeld > 1
  );
}

function isGood(sample: LineSample): boolean {
  return (
    sample.buffered <= GOOD.buffered &&
    sample.unansweredMs <= GOOD.unansweredMs &&
    (sample.roundTripMs ?? 0) <= GOOD.roundTripMs &&
    sample.framesHeld + sample.uploadsFailed + sample.uploadsSlow === 0
  );
}
