/** Who needs the proctor most, and an order that does not jump under the hand. */
import type { ShownState } from '@/components/ui/StateMark';
import type { AttemptCard, Incident } from '@/api/types';
import { SEVERITY_RANK } from '@/components/incident/signals';
import { riskAt } from '@/components/incident/risk';

const HERE: ReadonlySet<AttemptCard['state']> = new Set(['checking_in', 'waiting', 'live']);
const OVER: ReadonlySet<AttemptCard['state']> = new Set(['submitted', 'ended', 'expired', 'reviewed']);

/** The state as the wall says it: a page that should be here and is not, is "offline". */
export function shownState(card: AttemptCard): ShownState {
  return HERE.has(card.state) && !card.connected ? 'offline' : card.state;
}

export const isOver = (card: AttemptCard) => OVER.has(card.state);

/** What the proctor has not dealt with yet. */
export function openAlerts(incidents: readonly Incident[]): Incident[] {
  return incidents.filter((one) => one.alert && !one.handled && one.verdict === 'undecided');
}

/** It was seen, and it is not there any more. */
export const hasPassed = (incident: Incident) => incident.closed_at !== null;

/** Worst first; among equals what is there now, then the newest. */
export const worstFirst = (a: Incident, b: Incident) =>
  SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] ||
  Number(hasPassed(a)) - Number(hasPassed(b)) ||
  b.opened_at - a.opened_at;

export const worst = (incidents: readonly Incident[]): Incident | null =>
  incidents.toSorted(worstFirst)[0] ?? null;

const BY_SEVERITY = { info: 120, low: 200, medium: 500, high: 600 } as const;
const BY_STATE: Record<ShownState, number> = {
  offline: 400,
  waiting: 300,
  paused: 150,
  live: 100,
  checking_in: 90,
  invited: 40,
  submitted: 10,
  ended: 10,
  expired: 10,
  reviewed: 0,
};
const HAND_UP = 450;
/** Behind its equals that are going on, before the next lower severity. */
const PASSED = 20;

/** A whole step for what it is, and the risk (below a hundred) to tell equals apart. */
function needOf(card: AttemptCard, incidents: readonly Incident[], serverNow: number): number {
  const open = isOver(card) ? null : worst(openAlerts(incidents));
  const step = Math.max(
    BY_STATE[shownState(card)],
    open === null ? 0 : BY_SEVERITY[open.severity] - (hasPassed(open) ? PASSED : 0),
    card.hand_raised_at === null ? 0 : HAND_UP,
  );
  return step * 100 + Math.min(99, Math.round(riskAt(card.risk, serverNow)));
}

/** Most in need first; equals keep the order of the roster. */
export function byNeed(
  cards: readonly AttemptCard[],
  incidents: (attemptId: string) => readonly Incident[],
  serverNow: number,
): string[] {
  return cards
    .map((card) => ({ card, need: needOf(card, incidents(card.attempt_id), serverNow) }))
    .sort((a, b) => b.need - a.need || a.card.number - b.card.number)
    .map(({ card }) => card.attempt_id);
}

/**
 * The order to show next. While it is held (pointer or focus on the tiles) everybody keeps their place: who left
 * the list goes, who came is put last. The same list is handed back when nothing changed.
 */
export function nextOrder(
  shown: readonly string[],
  wanted: readonly string[],
  held: boolean,
): readonly string[] {
  let next = wanted;
  if (held) {
    const still = new Set(wanted);
    const before = new Set(shown);
    next = [...shown.filter((id) => still.has(id)), ...wanted.filter((id) => !before.has(id))];
  }
  return sameOrder(shown, next) ? shown : next;
}

export const sameOrder = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((id, index) => id === b[index]);

export type Filter = 'all' | 'live' | 'waiting' | 'paused' | 'offline' | 'hands' | 'over';

export function inFilter(card: AttemptCard, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'hands':
      return card.hand_raised_at !== null && !isOver(card);
    case 'over':
      return isOver(card);
    case 'waiting':
      return ['waiting', 'checking_in'].includes(shownState(card));
    case 'live':
    case 'paused':
    case 'offline':
      return shownState(card) === filter;
  }
}

/** Every typed word must be in the name or the reference; accents and case do not matter. */
export function matches(card: AttemptCard, search: string): boolean {
  const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const text = plain(`${card.candidate_name} ${card.candidate_ref ?? ''} ${card.number}`);
  return plain(search)
    .split(/\s+/)
    .every((word) => text.includes(word));
}
