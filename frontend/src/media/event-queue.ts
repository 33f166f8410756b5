import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Device, PageEvent, PageEventKind } from '@/api/generated/socket';

/** One page event of one page load, kept until the server has it. */
export interface StoredEvent {
  attemptId: string;
  instanceId: string;
  seq: number;
  kind: PageEventKind;
  /** performance.now() of the page load that saw it. */
  pageMs: number;
  occurredAt: number;
  late: boolean;
  /** Of the camera, with camera_started. */
  device?: Device;
}

interface EventsDb extends DBSchema {
  events: { key: [string, string, number]; value: StoredEvent };
}

export interface EventQueue {
  /** Highest sequence number this page load has used. */
  readonly lastSeq: number;
  /** Numbers the event at once and keeps it; the promise resolves when it is safe. */
  add(event: Pick<StoredEvent, 'kind' | 'pageMs' | 'occurredAt' | 'late' | 'device'>): Promise<StoredEvent>;
  /** Everything not acknowledged, of this and of earlier page loads, in order. */
  pending(): Promise<StoredEvent[]>;
  acknowledge(instanceId: string, seq: number): Promise<void>;
}

type Keep = Pick<EventQueue, 'pending' | 'acknowledge'> & { put(event: StoredEvent): Promise<void> };

/** Opens the queue; a browser that refuses storage gets one that lasts as long as the page. */
export async function openEventQueue(attemptId: string, instanceId: string): Promise<EventQueue> {
  let keep: Keep;
  try {
    keep = inDatabase(await openEvents(), attemptId);
  } catch {
    keep = inMemory();
  }
  let lastSeq = 0;
  return {
    get lastSeq() {
      return lastSeq;
    },
    async add(event) {
      lastSeq += 1;
      const stored = { attemptId, instanceId, seq: lastSeq, ...event };
      await keep.put(stored);
      return stored;
    },
    pending: keep.pending,
    acknowledge: keep.acknowledge,
  };
}

export function toWire(event: StoredEvent, late: boolean): PageEvent {
  return {
    type: 'event',
    seq: event.seq,
    kind: event.kind,
    page_ms: event.pageMs,
    occurred_at: event.occurredAt,
    late,
    instance_id: event.instanceId,
    device: event.device ?? null,
  };
}

function openEvents(): Promise<IDBPDatabase<EventsDb>> {
  return openDB<EventsDb>('examhall', 1, {
    upgrade(db) {
      db.createObjectStore('events', { keyPath: ['attemptId', 'instanceId', 'seq'] });
    },
  });
}

function inDatabase(db: IDBPDatabase<EventsDb>, attemptId: string): Keep {
  return {
    async put(event) {
      await db.put('events', event);
    },
    async pending() {
      const mine = await db.getAll('events', IDBKeyRange.bound([attemptId], [attemptId, []]));
      return mine.sort(inOrder);
    },
    async acknowledge(instanceId, seq) {
      await db.delete('events', IDBKeyRange.bound([attemptId, instanceId], [attemptId, instanceId, seq]));
    },
  };
}

function inMemory(): Keep {
  let events: StoredEvent[] = [];
  return {
    put(event) {
      events.push(event);
      return Promise.resolve();
    },
    pending: () => Promise.resolve([...events].sort(inOrder)),
    acknowledge(instanceId, seq) {
      events = events.filter((event) => event.instanceId !== instanceId || event.seq > seq);
      return Promise.resolve();
    },
  };
}

/** Page loads by when they began to see things, and each one's events by number. */
function inOrder(a: StoredEvent, b: StoredEvent): number {
  return a.instanceId === b.instanceId ? a.seq - b.seq : a.occurredAt - b.occurredAt;
}
