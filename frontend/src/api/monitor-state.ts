/** What the wall knows: a snapshot and the ordered updates after it, folded by a pure reducer. */
import type { AttemptCard, ChatMessage, ExamHead, Incident, Snapshot, Update } from '@/api/types';

export interface MonitorState {
  readonly updateId: number;
  readonly exam: ExamHead;
  readonly attempts: ReadonlyMap<string, AttemptCard>;
  /** Of each attempt, by opened_at then id; a list changes only when one of its incidents does. */
  readonly incidents: ReadonlyMap<string, readonly Incident[]>;
  readonly chat: ReadonlyMap<string, readonly ChatMessage[]>;
}

const NONE: readonly never[] = [];

export const incidentsOf = (state: MonitorState | null, attemptId: string): readonly Incident[] =>
  state?.incidents.get(attemptId) ?? NONE;

export const chatOf = (state: MonitorState | null, attemptId: string): readonly ChatMessage[] =>
  state?.chat.get(attemptId) ?? NONE;

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byOpened = (a: Incident, b: Incident) => a.opened_at - b.opened_at || compareText(a.id, b.id);
const byAt = (a: ChatMessage, b: ChatMessage) => a.at - b.at || compareText(a.id, b.id);

function group<Item extends { attempt_id: string }>(
  items: readonly Item[],
  order: (a: Item, b: Item) => number,
) {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const list = groups.get(item.attempt_id);
    if (list === undefined) groups.set(item.attempt_id, [item]);
    else list.push(item);
  }
  for (const list of groups.values()) list.sort(order);
  return groups;
}

function put<Item extends { id: string; attempt_id: string }>(
  groups: ReadonlyMap<string, readonly Item[]>,
  item: Item,
  order: (a: Item, b: Item) => number,
) {
  const others = (groups.get(item.attempt_id) ?? NONE).filter((one) => one.id !== item.id);
  return new Map(groups).set(item.attempt_id, [...others, item].sort(order));
}

export function fromSnapshot(snapshot: Snapshot): MonitorState {
  return {
    updateId: snapshot.update_id,
    exam: snapshot.exam,
    attempts: new Map(snapshot.attempts.map((card) => [card.attempt_id, card])),
    incidents: group(snapshot.incidents, byOpened),
    chat: group(snapshot.chat, byAt),
  };
}

/** Fold one update in. One that was seen already changes nothing; a gap is the caller's to notice. */
export function withUpdate(state: MonitorState, update: Update): MonitorState {
  if (update.update_id <= state.updateId) return state;
  const next = { ...state, updateId: update.update_id };
  const body = update.body;
  switch (body.type) {
    case 'attempt':
      return { ...next, attempts: new Map(state.attempts).set(body.attempt.attempt_id, body.attempt) };
    case 'incident':
      return { ...next, incidents: put(state.incidents, body.incident, byOpened) };
    case 'chat':
      return { ...next, chat: put(state.chat, body.message, byAt) };
    case 'exam':
      return { ...next, exam: body.exam };
    default:
      return next; // a newer server's kind of update
  }
}

/** The state as a snapshot would say it: what "snapshot + updates = fresh snapshot" is tested with. */
export function toSnapshot(state: MonitorState, serverNow: number): Snapshot {
  return {
    type: 'snapshot',
    update_id: state.updateId,
    exam: state.exam,
    attempts: [...state.attempts.values()].sort((a, b) => a.number - b.number),
    incidents: [...state.incidents.values()].flat().sort(byOpened),
    chat: [...state.chat.values()].flat().sort(byAt),
    server_now: serverNow,
  };
}
