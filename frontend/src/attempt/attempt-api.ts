import type { components } from '@/api/generated/rest';
import type { PageEvent } from '@/api/generated/socket';
import { api, ask } from '@/api/client';

export type Room = components['schemas']['Room'];
export type RoomState = components['schemas']['RoomState'];
export type Notice = components['schemas']['Notice'];

const at = (attemptId: string) => ({ params: { path: { attempt_id: attemptId } } });

export async function join(token: string): Promise<string> {
  const joined = await ask(api.POST('/api/v1/join', { body: { token } }));
  return joined.attempt_id;
}

export function getRoom(attemptId: string): Promise<Room> {
  return ask(api.GET('/api/v1/attempts/{attempt_id}/room', at(attemptId)));
}

export function answerNotice(attemptId: string, notice: Notice, agreed: boolean): Promise<RoomState> {
  const body = { notice_hash: notice.hash, locale: navigator.language, agreed };
  return ask(api.POST('/api/v1/attempts/{attempt_id}/consent', { ...at(attemptId), body }));
}

export function ready(attemptId: string): Promise<RoomState> {
  return ask(api.POST('/api/v1/attempts/{attempt_id}/ready', at(attemptId)));
}

export function submit(attemptId: string): Promise<RoomState> {
  return ask(api.POST('/api/v1/attempts/{attempt_id}/submit', at(attemptId)));
}

export function withdraw(attemptId: string): Promise<RoomState> {
  return ask(api.POST('/api/v1/attempts/{attempt_id}/withdraw', at(attemptId)));
}

/** Where sockets are blocked. Returns the highest contiguous number the server has of this page load. */
export async function sendEvents(
  attemptId: string,
  instanceId: string,
  events: PageEvent[],
): Promise<number> {
  const body = { instance_id: instanceId, events: events.map((event) => ({ ...event })) };
  const taken = await ask(api.POST('/api/v1/attempts/{attempt_id}/events', { ...at(attemptId), body }));
  return taken.acknowledged_seq;
}

/**
 * Where sockets are blocked: one frame, header included. Returns in how many seconds the next one is wanted, or
 * null. Pictures may be lost, so nothing is thrown.
 */
export async function sendFrame(
  attemptId: string,
  instanceId: string,
  frame: Uint8Array<ArrayBuffer>,
): Promise<number | null> {
  try {
    const answer = await fetch(`/api/v1/attempts/${encodeURIComponent(attemptId)}/frames`, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/octet-stream', 'Examhall-Instance': instanceId },
      body: frame,
    });
    const wanted = Number(answer.headers.get('Examhall-Sampling-Interval'));
    return wanted > 0 ? wanted : null;
  } catch {
    return null; // the next picture tells more than this one again
  }
}
