import { describe, expect, it } from 'vitest';
import { ApiProblem } from '@/api/client';
import { troubleOf } from './JoinPage';

const problem = (status: number, code: string) => new ApiProblem(status, code, 'Server words.', new Map());

describe('trouble with a link', () => {
  it.each([
    [410, 'link_revoked', 'This link no longer works'],
    [410, 'link_expired', 'This link has expired'],
    [410, 'attempt_over', 'This exam is over'],
    [422, 'link_altered', 'This link is not right'],
    [403, 'link_foreign', 'This link is for another place'],
    [0, 'link_incomplete', 'This link is not complete'],
  ])('%i %s is final: %s', (status, code, title) => {
    expect(troubleOf(problem(status, code))).toMatchObject({ title, retry: false });
  });

  it('takes a token that the server finds no form in for an altered link', () => {
    expect(troubleOf(problem(422, 'invalid_body'))).toMatchObject({ title: 'This link is not right' });
  });

  it('lets the candidate try again what may pass, in the words of the server', () => {
    for (const [status, code] of [
      [0, 'no_answer'],
      [429, 'too_many_requests'],
      [503, 'link_store_expired'],
    ] as const) {
      expect(troubleOf(problem(status, code))).toMatchObject({ words: 'Server words.', retry: true });
    }
  });
});
