import type { components } from '@/api/generated/rest';
import type { PageEvent } from '@/api/generated/socket';
import { api, ask } from '@/api/client';

export type Room = components['schemas']['Room'];
export type RoomState = components['schemas']['RoomState'];
export type Notice = components['schemas']['Notice'];
export type CheckInView = components['schemas']['CheckInView'];
export type CheckInStep = components['schemas']['CheckInStep'];

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

/** The camera check where sockets are blocked: begins it, begins one step again, or skips it. */
export async function checkCamera(
  attemptId: string,
  step: CheckInStep | null,
  skip: boolean,
): Promise<CheckInView | null> {
  const body = { step, skip };
  const taken = await ask(api.POST('/api/v1/attempts/{attempt_id}/check-in', { ...at(attemptId), body }));
  return taken.check_in;
}

/** The way into the live meeting, where its provider has one. */
export function joinMeeting(attemptId: string): Promise<components['schemas']['MeetingTicket']> {
  return ask(
    api.POST('/api/v1/attempts/{attempt_id}/meeting/join', { ...at(attemptId), body: { refresh: false } }),
  );
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

/** What the server says to a frame: the next one's time, and where the camera check stands while one runs. */
type FrameTaken = components['schemas']['FrameTaken'];

/**
 * Where sockets are blocked: one frame, header included. Returns null when it did not arrive: pictures may be
 * lost, so nothing is thrown.
 */
export async function sendFrame(
  attemptId: string,
  instanceId: string,
  frame: Uint8Array<ArrayBuffer>,
): Promise<FrameTaken | null> {
  try {
    const answer = await fetch(`/api/v1/attempts/${encodeURIComponent(attemptId)}/frames`, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/octet-stream', 'Examhall-Instance': instanceId },
      body: frame,
    });
    // The server's own pages are its authors.
    return answer.ok ? ((await answer.json()) as FrameTaken) : null;
  } catch {
    return null; // the next picture tells more than this one again
  }
}
