import { describe, expect, it } from 'vitest';
import type { PageEvent } from '@/api/generated/socket';
import { EventSender } from '@/attempt/event-sender';
import { openEventQueue } from '@/media/event-queue';

async function setUp() {
  const queue = await openEventQueue('attempt', 'page-1');
  const sent: PageEvent[] = [];
  const line = {
    isOpen: true,
    send(event: PageEvent) {
      if (line.isOpen) sent.push(event);
      return line.isOpen;
    },
  };
  return { queue, line, sent, sender: new EventSender(queue, line) };
}

describe('event sender', () => {
  it('sends what happens at once and keeps it until it is acknowledged', async () => {
    const { queue, sent, sender } = await setUp();
    await sender.report('tab_hidden');
    expect(sent.map(({ seq, kind, late }) => [seq, kind, late])).toEqual([[1, 'tab_hidden', false]]);
    expect(await queue.pending()).toHaveLength(1);

    await sender.acknowledge('page-1', 1);
    expect(await queue.pending()).toEqual([]);
  });

  it('keeps what happens offline, in order, and sends it as late afterwards', async () => {
    const { line, sent, sender } = await setUp();
    line.isOpen = false;
    void sender.report('tab_hidden');
    await sender.report('tab_visible');
    expect(sent).toEqual([]);

    line.isOpen = true;
    void sender.resend();
    await sender.report('clipboard_copy');
    expect(sent.map(({ seq, kind, late }) => [seq, kind, late])).toEqual([
      [1, 'tab_hidden', true],
      [2, 'tab_visible', true],
      [3, 'clipboard_copy', false],
    ]);
  });

  it('posts a batch for each page load and forgets what was taken', async () => {
    const { queue, line, sender } = await setUp();
    line.isOpen = false;
    await sender.report('tab_hidden');
    await sender.report('tab_visible');
    const batches: [string, number[]][] = [];
    await sender.post((instanceId, events) => {
      batches.push([instanceId, events.map(({ seq }) => seq)]);
      return Promise.resolve(1);
    });
    expect(batches).toEqual([['page-1', [1, 2]]]);
    expect((await queue.pending()).map(({ seq }) => seq)).toEqual([2]);
  });

  it('loses nothing when posting fails', async () => {
    const { queue, sender } = await setUp();
    await sender.report('tab_hidden');
    await expect(sender.post(() => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
    expect(await queue.pending()).toHaveLength(1);
  });
});
