import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CandidateSocket, type CandidateSocketEvents } from '@/api/candidate-socket';

/** The browser's end of a socket whose other end is the test. */
class Line {
  bufferedAmount = 0;
  closed = false;
  readonly sent: (string | Uint8Array)[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  send(data: string | Uint8Array) {
    this.sent.push(data);
  }
  close() {
    this.closed = true;
  }
  says(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

function setUp(lastEventSeq = 0, network = { online: true }) {
  const lines: Line[] = [];
  const told: string[] = [];
  const events: CandidateSocketEvents = {
    message: (message) => told.push(`message ${message.type}`),
    open: () => told.push('open'),
    lost: (failures) => told.push(`lost ${failures}`),
    refused: (why) => told.push(`refused ${why}`),
  };
  const socket = new CandidateSocket({
    url: 'wss://exam.example/ws/attempts/a',
    instanceId: 'page-1',
    lastEventSeq: () => lastEventSeq,
    events,
    connect: () => {
      const line = new Line();
      lines.push(line);
      return line as unknown as WebSocket;
    },
    online: () => network.online,
    random: () => 1,
  });
  const line = () => {
    const newest = lines.at(-1);
    if (newest === undefined) throw new Error('no line was opened');
    return newest;
  };
  const welcome = () => {
    line().onopen?.();
    line().says({ type: 'welcome' });
  };
  socket.start();
  return { socket, lines, line, told, welcome };
}

describe('candidate socket', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('speaks first and is open once it is welcomed', () => {
    const { socket, line, told } = setUp(7);
    line().onopen?.();
    expect(line().sent.map((text) => JSON.parse(text as string) as unknown)).toEqual([
      { type: 'hello', protocol: 1, instance_id: 'page-1', last_event_seq: 7 },
    ]);
    expect(socket.send({ type: 'raise_hand', raised: true })).toBe(false);

    line().says({ type: 'welcome' });
    expect(told).toEqual(['message welcome', 'open']);
    expect(socket.send({ type: 'raise_hand', raised: true })).toBe(true);
  });

  it('answers a ping by itself', () => {
    const { line, told, welcome } = setUp();
    welcome();
    line().says({ type: 'ping', nonce: 'n' });
    expect(line().sent.at(-1)).toBe('{"type":"pong","nonce":"n"}');
    expect(told).not.toContain('message ping');
  });

  it('comes back after a loss, waiting longer each time it is not welcomed', () => {
    const { lines, line, told, welcome } = setUp();
    welcome();
    const waits: number[] = [];
    for (let loss = 0; loss < 8; loss += 1) {
      const before = lines.length;
      line().onclose?.({ code: 1006 });
      let waited = 0;
      while (lines.length === before) {
        vi.advanceTimersByTime(100);
        waited += 100;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([300, 700, 1500, 3000, 6000, 12000, 15000, 15000]);
    expect(told.filter((word) => word.startsWith('lost'))).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((failures) => `lost ${failures}`),
    );

    welcome();
    line().onclose?.({ code: 1006 });
    expect(told.at(-1)).toBe('lost 0');
  });

  it('gives up an opening that is never welcomed', () => {
    const { lines, line, told } = setUp();
    line().onopen?.();
    vi.advanceTimersByTime(5_000);
    expect(told).toEqual(['lost 1']);
    expect(line().closed).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(lines).toHaveLength(2);
  });

  it('waits as long as a server that goes away asks for', () => {
    const { lines, line, welcome } = setUp();
    welcome();
    line().says({ type: 'come_back', after_s: 5 });
    line().onclose?.({ code: 1012 });
    vi.advanceTimersByTime(4999);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(lines).toHaveLength(2);
  });

  it.each([
    [4001, 'replaced'],
    [4401, 'signed_out'],
    [4403, 'signed_out'],
    [4409, 'second_device'],
    [4410, 'over'],
  ])('does not come back after close code %i', (code, why) => {
    const { lines, line, told, welcome } = setUp();
    welcome();
    line().onclose?.({ code });
    vi.advanceTimersByTime(60_000);
    expect(told.at(-1)).toBe(`refused ${why}`);
    expect(lines).toHaveLength(1);
  });

  it('opens at once when the network comes back, and only one line', () => {
    const { socket, lines, told, welcome } = setUp();
    welcome();
    socket.networkLost();
    expect(told.at(-1)).toBe('lost 0');
    socket.retryNow();
    socket.retryNow();
    vi.advanceTimersByTime(5_000);
    expect(lines).toHaveLength(2);
  });

  it('tries nothing while the browser knows of no network', () => {
    const network = { online: false };
    const { socket, lines, told, welcome } = setUp(0, network);
    welcome();
    socket.networkLost();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
    expect(told.at(-1)).toBe('lost 0');

    network.online = true;
    vi.advanceTimersByTime(1_000);
    expect(lines).toHaveLength(2);
  });

  it('hears nothing from a line it has given up', () => {
    const { socket, line, told, welcome } = setUp();
    welcome();
    const old = line();
    socket.networkLost();
    const before = told.length;
    old.says({ type: 'state' });
    old.onclose?.({ code: 4409 });
    expect(told).toHaveLength(before);
  });

  it('keeps a slow line that carries something, and lets go of one that says nothing', () => {
    const { socket, line, told, welcome } = setUp();
    const picture = new Uint8Array(10);
    welcome();
    for (let s = 0; s < 40; s += 1) {
      line().bufferedAmount = 400_000 - s * 5_000;
      expect(socket.sendFrame('camera', picture)).toBe('sent');
      line().says({ type: 'ping', nonce: 'n' });
      vi.advanceTimersByTime(1_000);
    }
    expect(told.at(-1)).toBe('open');
    vi.advanceTimersByTime(14_001);
    expect(told.at(-1)).toBe('lost 0');
  });

  it('drops pictures, never messages, while the line does not keep up, and then lets go of the line', () => {
    const { socket, line, told, welcome } = setUp();
    const picture = new Uint8Array(10);
    welcome();
    expect(socket.sendFrame('camera', picture)).toBe('sent');
    line().bufferedAmount = 600 * 1024;
    expect(socket.sendFrame('camera', picture)).toBe('held');
    expect(socket.sendFrame('audio', picture)).toBe('sent');
    line().bufferedAmount = 700 * 1024;
    expect(socket.sendFrame('audio', picture)).toBe('held');
    expect(socket.held).toEqual({ camera: 1, screen: 0, audio: 1 });
    expect(socket.send({ type: 'raise_hand', raised: true })).toBe(true);

    vi.advanceTimersByTime(12_001);
    expect(socket.sendFrame('camera', picture)).toBe('closed');
    expect(told.at(-1)).toBe('lost 0');
  });

  it('stops for good', () => {
    const { socket, lines, line, welcome } = setUp();
    welcome();
    socket.stop();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
    expect(line().closed).toBe(true);
  });
});
