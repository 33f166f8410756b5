import type { Bandwidth, CandidateMessage, ChatMessage, Welcome } from '@/api/generated/socket';
import { ApiProblem } from '@/api/client';
import type { AttemptStore } from '@/attempt/attempt-store';
import type { UnsentWords } from '@/attempt/unsent-words';
import { pageNow } from '@/format/page-time';
import { newId } from '@/media/new-id';

/** The same over HTTP, one request each. */
export interface WordsOverHttp {
  chat(clientId: string, text: string): Promise<ChatMessage>;
  hand(raised: boolean): Promise<void>;
  acknowledge(warningId: string): Promise<void>;
  bandwidth(said: Bandwidth): Promise<void>;
}

/**
 * What the candidate says: messages, the raised hand, warnings that were read, and how slow the line is. Each is
 * kept until the server has it, whichever way it goes.
 */
export class CandidateWords {
  readonly #store: AttemptStore;
  readonly #send: (message: CandidateMessage) => boolean;
  /** As the candidate wants it, until the server says the same. */
  #hand: boolean | null = null;
  readonly #read = new Set<string>();
  #bandwidth: Bandwidth | null = null;
  #bandwidthSaid = false;

  constructor(store: AttemptStore, send: (message: CandidateMessage) => boolean, kept: UnsentWords) {
    this.#store = store;
    this.#send = send;
    // Whichever way a message was taken, it leaves the list of those that were not.
    store.subscribe(({ unsentChat }, { unsentChat: before }) => {
      for (const { clientId } of before) {
        if (!unsentChat.some((one) => one.clientId === clientId)) void kept.forget(clientId);
      }
      for (const one of unsentChat) {
        if (!before.includes(one)) void kept.keep(one, pageNow());
      }
    });
  }

  say(text: string): void {
    const clientId = newId();
    this.#store.setState(({ unsentChat }) => ({ unsentChat: [...unsentChat, { clientId, text }] }));
    this.#send({ type: 'chat', client_id: clientId, text });
  }

  raiseHand(raised: boolean): void {
    this.#store.setState({ handRaised: raised });
    this.#hand = raised;
    this.#send({ type: 'raise_hand', raised });
  }

  /** The server says how the hand is. */
  handHeard(raised: boolean): void {
    if (raised === this.#hand) this.#hand = null;
  }

  acknowledgeWarning(warningId: string): void {
    this.#read.add(warningId);
    this.#store.setState(({ warnings }) => ({ warnings: warnings.filter(({ id }) => id !== warningId) }));
    this.#send({ type: 'acknowledge_warning', warning_id: warningId });
  }

  bandwidth(said: Bandwidth): void {
    this.#bandwidth = said;
    this.#bandwidthSaid = this.#send({ ...said });
  }

  /** The socket was welcomed: what was said without it goes now, and what was read is not shown again. */
  opened(welcome: Welcome): void {
    this.handHeard(welcome.hand_raised);
    this.#stillRead(welcome.warnings.map(({ id }) => id));
    this.sayAgain();
  }

  /** Everything that the server has not confirmed. */
  sayAgain(): void {
    for (const { clientId, text } of this.#store.getState().unsentChat) {
      this.#send({ type: 'chat', client_id: clientId, text });
    }
    if (this.#hand !== null) this.raiseHand(this.#hand);
    for (const warningId of this.#read) this.acknowledgeWarning(warningId);
    if (this.#bandwidth !== null) this.bandwidth(this.#bandwidth);
  }

  /** The exam is over: nobody takes a message any more. */
  over(): void {
    if (this.#store.getState().unsentChat.length > 0) this.#store.setState({ unsentChat: [] });
  }

  /** Over HTTP: everything that the server does not have yet. Rejects when the line does. */
  async post(http: WordsOverHttp): Promise<void> {
    for (const { clientId, text } of this.#store.getState().unsentChat) {
      const message = await unlessRefused(http.chat(clientId, text));
      this.#store.setState(({ chat, unsentChat }) => ({
        unsentChat: message === null ? unsentChat : unsentChat.filter((one) => one.clientId !== clientId),
        chat: message === null ? chat : [...chat.filter(({ id }) => id !== message.id), message],
      }));
    }
    if (this.#hand !== null) {
      const raised = this.#hand;
      await unlessRefused(http.hand(raised));
      if (this.#hand === raised) this.#hand = null;
    }
    for (const warningId of this.#read) {
      await unlessRefused(http.acknowledge(warningId));
    }
    if (this.#bandwidth !== null && !this.#bandwidthSaid) {
      const said = this.#bandwidth;
      await unlessRefused(http.bandwidth(said));
      this.#bandwidthSaid = this.#bandwidth === said;
    }
  }

  /** What the server told, with what it has not been told yet. */
  unlessSaid(welcome: Welcome): Welcome {
    this.#stillRead(welcome.warnings.map(({ id }) => id));
    return {
      ...welcome,
      hand_raised: this.#hand ?? welcome.hand_raised,
      warnings: welcome.warnings.filter(({ id }) => !this.#read.has(id)),
    };
  }

  #stillRead(warnings: readonly string[]): void {
    for (const warningId of [...this.#read]) {
      if (!warnings.includes(warningId)) this.#read.delete(warningId);
    }
  }
}

/** A refusal is an answer as well: the same would be refused again. */
async function unlessRefused<Answer>(request: Promise<Answer>): Promise<Answer | null> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== 429) {
      return null;
    }
    throw error;
  }
}
