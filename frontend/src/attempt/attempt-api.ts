import type { components } from '@/api/generated/rest';
import type { Bandwidth, ChatMessage, PageEvent, Welcome } from '@/api/generated/socket';
import { api, ask } from '@/api/client';
import type { WordsOverHttp } from '@/attempt/candidate-words';
import type { Bytes, SegmentHead } from '@/media/recording/segment';
import type { Uploaded } from '@/media/recording/uploader';

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
export type FrameTaken = components['schemas']['FrameTaken'];

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

/** Where sockets are blocked: what its welcome would say. The page load counts as there by asking. */
export function getUpdates(attemptId: string, instanceId: string): Promise<Welcome> {
  const { path } = at(attemptId).params;
  const params = { path, header: { 'Examhall-Instance': instanceId } };
  return ask(api.GET('/api/v1/attempts/{attempt_id}/updates', { params }));
}

/** Where sockets are blocked: what the candidate says. */
export function wordsOverHttp(attemptId: string): WordsOverHttp {
  return {
    chat: (clientId, text): Promise<ChatMessage> =>
      ask(
        api.POST('/api/v1/attempts/{attempt_id}/chat', {
          ...at(attemptId),
          body: { client_id: clientId, text },
        }),
      ),
    hand: async (raised) => {
      await ask(api.POST('/api/v1/attempts/{attempt_id}/hand', { ...at(attemptId), body: { raised } }));
    },
    acknowledge: async (warningId) => {
      const params = { path: { attempt_id: attemptId, warning_id: warningId } };
      await ask(api.POST('/api/v1/attempts/{attempt_id}/warnings/{warning_id}/acknowledge', { params }));
    },
    bandwidth: async ({ rung, waiting, recording }: Bandwidth) => {
      const body = { rung, waiting, recording };
      await ask(api.POST('/api/v1/attempts/{attempt_id}/bandwidth', { ...at(attemptId), body }));
    },
  };
}

/** A line so slow that one segment takes longer than this carries none. */
const SEGMENT_WITHIN_MS = 120_000;

/** Sends one segment of the recording; the same one again does no harm. */
export async function putSegment(head: SegmentHead, bytes: Bytes, stop: AbortSignal): Promise<Uploaded> {
  const name = [head.attemptId, 'recordings', head.instanceId, head.kind, head.seq].map(encodeURIComponent);
  let answer: Response;
  try {
    answer = await fetch(`/api/v1/attempts/${name.join('/')}`, {
      method: 'PUT',
      credentials: 'same-origin',
      headers: {
        'Content-Type': head.mime,
        'X-Captured-At': String(Math.round(head.capturedAt)),
        'X-Duration-Ms': String(Math.round(head.durationMs)),
        'X-Sha256': head.sha256,
      },
      body: bytes,
      signal: AbortSignal.any([stop, AbortSignal.timeout(SEGMENT_WITHIN_MS)]),
    });
  } catch {
    return 'later';
  }
  if (answer.ok) return 'taken';
  if (answer.status === 507) return 'full';
  const code = await codeOf(answer);
  if (code === 'segment_hash_mismatch') return 'broken';
  return UNWANTED.has(code) ? 'unwanted' : 'later';
}

/** Answers that would be the same at any other time. */
const UNWANTED = new Set([
  'segment_differs',
  'segment_erased',
  'segment_format_unknown',
  'segment_invalid',
  'segment_too_large',
  'recording_not_expected',
]);

async function codeOf(answer: Response): Promise<string> {
  try {
    const problem = (await answer.json()) as { code?: unknown };
    return typeof problem.code === 'string' ? problem.code : '';
  } catch {
    return ''; // a proxy's page of HTML
  }
}
