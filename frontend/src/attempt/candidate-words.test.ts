import { describe, expect, it } from 'vitest';
import type { CandidateMessage, ChatMessage, Welcome } from '@/api/generated/socket';
import { ApiProblem } from '@/api/client';
import { createAttemptStore, viewAfter } from '@/attempt/attempt-store';
import { CandidateWords, type WordsOverHttp } from '@/attempt/candidate-words';
import type { Room } from '@/attempt/attempt-api';
import type { UnsentChat, UnsentWords } from '@/attempt/unsent-words';

function setUp(earlier: UnsentChat[] = []) {
  const store = createAttemptStore(
    { state: 'live', reason: null, clock: { server_now: 0 } } as unknown as Room,
    earlier,
  );
  const line = {
    open: false,
    sent: [] as CandidateMessage[],
    posted: [] as string[],
    refuses: false,
    dead: false,
  };
  const kept = new Map(earlier.map((one) => [one.clientId, one.text]));
  const disk: UnsentWords = {
    all: () => Promise.resolve(earlier),
    keep: ({ clientId, text }) => Promise.resolve(void kept.set(clientId, text)),
    forget: (clientId) => Promise.resolve(void kept.delete(clientId)),
  };
  const send = (message: CandidateMessage) => {
    if (line.open) line.sent.push(message);
    return line.open;
  };
  const words = new CandidateWords(store, send, disk);
  const post = (what: string) => {
    if (line.dead) throw new ApiProblem(0, 'no_answer', '', new Map());
    if (line.refuses) throw new ApiProblem(409, 'attempt_over', '', new Map());
    line.posted.push(what);
  };
  const http: WordsOverHttp = {
    chat: async (clientId, text) => {
      await Promise.resolve();
      post(`chat ${text}`);
      return { id: `m-${clientId}`, text } as ChatMessage;
    },
    hand: async (raised) => {
      await Promise.resolve();
      post(`hand ${String(raised)}`);
    },
    acknowledge: async (id) => {
      await Promise.resolve();
      post(`read ${id}`);
    },
    bandwidth: async ({ rung }) => {
      await Promise.resolve();
      post(`rung ${rung}`);
    },
  };
  return { store, line, words, http, kept };
}

const bandwidth = (rung: 0 | 2) =>
  ({ type: 'bandwidth', rung, waiting: { recordings: 0, events: 0 }, recording: null }) as const;
const welcome = (warnings: string[], handRaised: boolean) =>
  ({ warnings: warnings.map((id) => ({ id })), hand_raised: handRaised }) as Welcome;
const kinds = (messages: CandidateMessage[]) => messages.map(({ type }) => type);

describe("the candidate's words", () => {
  it('go over the socket at once, and again when it is back', () => {
    const { store, line, words } = setUp();
    words.say('Hello?');
    words.raiseHand(true);
    words.acknowledgeWarning('w1');
    words.bandwidth(bandwidth(2));
    expect(line.sent).toEqual([]);
    expect(store.getState().unsentChat).toHaveLength(1);
    line.open = true;
    words.opened(welcome(['w1', 'w2'], false));
    expect(kinds(line.sent)).toEqual(['chat', 'raise_hand', 'acknowledge_warning', 'bandwidth']);
    words.opened(welcome([], true));
    // A hand that the server has seen is its to remember; a warning that it does not name is done with.
    expect(kinds(line.sent).slice(4)).toEqual(['chat', 'bandwidth']);
  });

  it('are said again where the server could not keep them, and the hand until it is confirmed', () => {
    const { line, words } = setUp();
    line.open = true;
    words.say('Hello?');
    words.raiseHand(true);
    words.sayAgain();
    expect(kinds(line.sent)).toEqual(['chat', 'raise_hand', 'chat', 'raise_hand']);
    words.handHeard(true);
    words.handHeard(false); // the proctor took it down
    words.sayAgain();
    expect(kinds(line.sent).slice(4)).toEqual(['chat']);
  });

  it('are kept on the disk until the server has them, those of earlier page loads too', () => {
    const { store, line, words, kept } = setUp([{ clientId: 'old', text: 'Before the reload.' }]);
    words.say('After it.');
    expect([...kept.values()]).toEqual(['Before the reload.', 'After it.']);
    line.open = true;
    words.opened(welcome([], false));
    expect(line.sent.map((message) => 'text' in message && message.text)).toEqual([
      'Before the reload.',
      'After it.',
    ]);
    const message = { id: 'm1', text: 'Before the reload.' } as ChatMessage;
    store.setState((view) => viewAfter(view, { type: 'chat', message, client_id: 'old' }));
    expect([...kept.values()]).toEqual(['After it.']);
    words.over();
    expect(kept.size).toBe(0);
  });

  it('go over HTTP where there is no socket, each until it is taken', async () => {
    const { store, line, words, http } = setUp();
    words.say('Hello?');
    words.raiseHand(true);
    words.acknowledgeWarning('w1');
    words.bandwidth(bandwidth(2));
    line.dead = true;
    await expect(words.post(http)).rejects.toThrow();
    expect(store.getState().unsentChat).toHaveLength(1);
    line.dead = false;
    await words.post(http);
    expect(line.posted).toEqual(['chat Hello?', 'hand true', 'read w1', 'rung 2']);
    expect(store.getState().unsentChat).toEqual([]);
    expect(store.getState().chat.map(({ text }) => text)).toEqual(['Hello?']);
  });

  it('are not undone by what the server said before it heard them', async () => {
    const { line, words, http } = setUp();
    words.raiseHand(true);
    words.acknowledgeWarning('w1');
    const told = { hand_raised: false, warnings: [{ id: 'w1' }, { id: 'w2' }] } as Welcome;
    expect(words.unlessSaid(told)).toMatchObject({ hand_raised: true, warnings: [{ id: 'w2' }] });
    await words.post(http);
    expect(words.unlessSaid(told)).toMatchObject({ hand_raised: false, warnings: [{ id: 'w2' }] });
    words.unlessSaid({ ...told, warnings: [] });
    await words.post(http);
    expect(line.posted).toEqual(['hand true', 'read w1']);
  });

  it('are not said again and again where they are refused', async () => {
    const { line, words, http } = setUp();
    words.raiseHand(true);
    line.refuses = true;
    await words.post(http);
    line.refuses = false;
    await words.post(http);
    expect(line.posted).toEqual([]);
  });
});
