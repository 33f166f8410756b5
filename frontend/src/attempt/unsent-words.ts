import { openDB, type DBSchema } from 'idb';

/** A chat message that the server has not confirmed. */
export interface UnsentChat {
  clientId: string;
  text: string;
}

interface Kept extends UnsentChat {
  attemptId: string;
  /** This browser's time, for the order in which things were said. */
  at: number;
}

interface WordsDb extends DBSchema {
  chat: { key: [attemptId: string, clientId: string]; value: Kept };
}

/** What the candidate wrote and the server does not have, over reloads. Nothing here rejects. */
export interface UnsentWords {
  /** In the order in which it was written. */
  all(): Promise<UnsentChat[]>;
  keep(message: UnsentChat, at: number): Promise<void>;
  forget(clientId: string): Promise<void>;
}

/** Of attempts that nobody came back to: words of a person, and nobody takes them any more. */
const FORGOTTEN_AFTER_MS = 48 * 3_600_000;

/** A browser that keeps nothing has what the page itself shows, for as long as it is open. */
const NOTHING_KEPT: UnsentWords = {
  all: () => Promise.resolve([]),
  keep: () => Promise.resolve(),
  forget: () => Promise.resolve(),
};

export async function openUnsentWords(attemptId: string, now: number): Promise<UnsentWords> {
  try {
    const db = await openDB<WordsDb>('examhall-words', 1, {
      upgrade(made) {
        made.createObjectStore('chat', { keyPath: ['attemptId', 'clientId'] });
      },
    });
    for (const one of await db.getAll('chat')) {
      if (one.attemptId !== attemptId && one.at < now - FORGOTTEN_AFTER_MS) {
        await db.delete('chat', [one.attemptId, one.clientId]);
      }
    }
    return {
      all: () => orElse(db.getAll('chat', IDBKeyRange.bound([attemptId], [attemptId, []])).then(inOrder), []),
      keep: (message, at) => orElse(db.put('chat', { ...message, attemptId, at }).then(nothing), undefined),
      forget: (clientId) => orElse(db.delete('chat', [attemptId, clientId]), undefined),
    };
  } catch {
    return NOTHING_KEPT;
  }
}

function inOrder(kept: Kept[]): UnsentChat[] {
  return kept.sort((a, b) => a.at - b.at).map(({ clientId, text }) => ({ clientId, text }));
}

function nothing(): void {
  // The key that a put answers is known already.
}

/** A full disk must not stop what goes over the line. */
async function orElse<Answer>(request: Promise<Answer>, otherwise: Answer): Promise<Answer> {
  try {
    return await request;
  } catch {
    return otherwise;
  }
}
