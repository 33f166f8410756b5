import createClient from 'openapi-fetch';
import type { paths } from '@/api/generated/rest';

/** A refusal of the server (RFC 9457), with its stable code and its own words. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  /** Per field, in the server's words. */
  readonly fields: ReadonlyMap<string, string>;

  constructor(status: number, code: string, detail: string, fields: ReadonlyMap<string, string>) {
    super(detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

const NO_ANSWER = 'The server does not answer. Check the connection and try again.';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Read a problem from whatever came back; a proxy's page of HTML becomes a plain sentence. */
function problemFrom(status: number, body: unknown): ApiProblem {
  const fields = new Map<string, string>();
  if (!isRecord(body) || typeof body.code !== 'string') {
    return new ApiProblem(status, 'unreadable_answer', `The server answered ${status}. Try again.`, fields);
  }
  if (Array.isArray(body.errors)) {
    for (const error of body.errors as unknown[]) {
      if (isRecord(error) && typeof error.field === 'string' && typeof error.message === 'string') {
        fields.set(error.field, error.message);
      }
    }
  }
  const words = [body.detail, body.title].find((text) => typeof text === 'string' && text !== '');
  return new ApiProblem(status, body.code, typeof words === 'string' ? words : body.code, fields);
}

/** The typed REST client. Paths, bodies and answers are those of `schema/openapi.json`. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: 'same-origin',
  // Looked up at each call, so that a test can stand in for the network.
  fetch: (request) => fetch(request),
});

/** The answer's body, or an `ApiProblem` thrown. */
export async function ask<Data>(
  call: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  let answer;
  try {
    answer = await call;
  } catch {
    throw new ApiProblem(0, 'no_answer', NO_ANSWER, new Map());
  }
  if (!answer.response.ok) {
    throw problemFrom(answer.response.status, answer.error);
  }
  return answer.data as Data;
}
