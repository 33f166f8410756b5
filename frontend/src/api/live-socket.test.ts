import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveSocket } from '@/api/live-socket';
import type { MonitorMessage, ServerToMonitor } from '@/api/types';
import { attempt, snapshot, update } from '@/test/monitor-fixtures';

/** The other end of the line, played by the test. */
class Line {
  readyState: number = WebSocket.CONNECTING;
  binaryType = '';
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: MonitorMessage[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text) as MonitorMessage);
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
  }

  opens(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }

  says(message: ServerToMonitor): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  drops(code = 1006): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code, reason: 'words' });
  }
}

describe('the wall’s socket', () => {
  const lines: Line[] = [];
  const newest = () => lines.at(-1) ?? new Line();
  let socket: LiveSocket;

  beforeEach(() => {
    vi.useFakeTimers();
    lines.length = 0;
    socket = new LiveSocket({
      url: 'ws://test',
      openSocket: () => {
        const line = new Line();
        lines.push(line);
        return line as unknown as WebSocket;
      },
      random: () => 0.5,
    });
    socket.start();
    newest().opens();
    newest().says(snapshot({ update_id: 5, attempts: [attempt()] }));
  });

  afterEach(() => {
    socket.stop();
    vi.useRealTimers();
  });

  it('asks for a snapshot first, and after a cut for what followed the last update', () => {
    expect(newest().sent).toEqual([{ type: 'hello', protocol: 1, last_update_id: null }]);
    newest().says(update(6, { type: 'attempt', attempt: attempt({ state: 'paused' }) }));
    newest().drops();
    expect(socket.store.getState().connection.is).toBe('reconnecting');

    vi.runOnlyPendingTimers();
    newest().opens();
    expect(newest().sent[0]).toMatchObject({ last_update_id: 6 });
    newest().says({ type: 'resumed', update_id: 6, server_now: 0 });
    expect(socket.store.getState().connection.is).toBe('connected');
    expect(socket.store.getState().monitor?.attempts.get('a')?.state).toBe('paused');
  });

  it('starts over from a snapshot when an update is missing', () => {
    newest().says(update(8, { type: 'attempt', attempt: attempt({ state: 'ended' }) }));
    expect(socket.store.getState().monitor?.updateId).toBe(5);

    vi.runOnlyPendingTimers();
    newest().opens();
    expect(newest().sent[0]).toMatchObject({ last_update_id: null });
  });

  it('answers pings, and takes silence for a dead line', () => {
    newest().says({ type: 'ping', nonce: 'n' });
    expect(newest().sent.at(-1)).toEqual({ type: 'pong', nonce: 'n' });

    vi.advanceTimersByTime(31_000);
    expect(lines).toHaveLength(2);
  });

  it.each([
    [4401, 'unauthenticated'],
    [4403, 'forbidden'],
    [4400, 'bad_message'],
  ])('does not try again after %i', (code, why) => {
    newest().drops(code);
    vi.advanceTimersByTime(60_000);

    expect(socket.store.getState().connection).toMatchObject({ is: 'refused', why });
    expect(lines).toHaveLength(1);
  });

  it('waits longer after each failure', () => {
    newest().drops();
    vi.advanceTimersByTime(300);
    expect(lines).toHaveLength(2);
    newest().drops();
    vi.advanceTimersByTime(300);
    expect(lines).toHaveLength(2);
    vi.advanceTimersByTime(400);
    expect(lines).toHaveLength(3);
  });
});
