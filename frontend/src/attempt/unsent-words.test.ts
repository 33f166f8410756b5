import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openUnsentWords } from '@/attempt/unsent-words';

const DAY_MS = 24 * 3_600_000;

describe('words that were not sent', () => {
  beforeEach(() => {
    vi.stubGlobal('indexedDB', new IDBFactory());
  });

  it('outlive the page, in the order in which they were said', async () => {
    const before = await openUnsentWords('attempt', 0);
    await before.keep({ clientId: 'z', text: 'First.' }, 1);
    await before.keep({ clientId: 'b', text: 'Sent.' }, 2);
    await before.keep({ clientId: 'a', text: 'Second.' }, 3);
    await before.forget('b');

    const after = await openUnsentWords('attempt', 4);
    expect(await after.all()).toEqual([
      { clientId: 'z', text: 'First.' },
      { clientId: 'a', text: 'Second.' },
    ]);
    expect(await (await openUnsentWords('attempt-2', 4)).all()).toEqual([]);
  });

  it('of an attempt that nobody came back to are forgotten after two days', async () => {
    await (await openUnsentWords('left', 0)).keep({ clientId: 'a', text: 'Hello?' }, 0);
    await openUnsentWords('another', DAY_MS);
    expect(await (await openUnsentWords('left', DAY_MS)).all()).toHaveLength(1);
    await openUnsentWords('another', 3 * DAY_MS);
    expect(await (await openUnsentWords('left', 3 * DAY_MS)).all()).toEqual([]);
  });

  it('do no harm where the browser keeps nothing', async () => {
    vi.stubGlobal('indexedDB', undefined);
    const words = await openUnsentWords('attempt', 0);
    await words.keep({ clientId: 'a', text: 'Hello?' }, 1);
    await words.forget('a');
    expect(await words.all()).toEqual([]);
  });
});
