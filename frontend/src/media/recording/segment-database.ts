import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { joined, sha256Hex, type Bytes, type SegmentHead, type SegmentName } from './segment';

type Key = [attemptId: string, instanceId: string, kind: string, seq: number];

/** A piece of a segment that is still being recorded: what a crash of the page leaves is put together from them. */
interface SegmentPart extends SegmentName {
  part: number;
  capturedAt: number;
  /** From the beginning of the segment to the end of this piece. */
  durationMs: number;
  mime: SegmentHead['mime'];
  bytes: Bytes;
}

interface RecordingsDb extends DBSchema {
  heads: { key: Key; value: SegmentHead };
  bytes: { key: Key; value: Bytes };
  parts: { key: [...Key, number]; value: SegmentPart };
}

export interface SegmentDatabase {
  heads(): Promise<SegmentHead[]>;
  bytes(name: SegmentName): Promise<Bytes | null>;
  put(head: SegmentHead, bytes: Bytes): Promise<void>;
  putPart(part: SegmentPart): Promise<void>;
  remove(name: SegmentName): Promise<void>;
}

/** Of attempts that nobody came back to: the server takes nothing of them any more. */
const FORGOTTEN_AFTER_MS = 48 * 3_600_000;

/** Rejects where the browser keeps nothing. */
export async function openSegmentDatabase(attemptId: string, now: number): Promise<SegmentDatabase> {
  const db = await openDB<RecordingsDb>('examhall-recordings', 1, {
    upgrade(made) {
      made.createObjectStore('heads', { keyPath: ['attemptId', 'instanceId', 'kind', 'seq'] });
      made.createObjectStore('bytes');
      made.createObjectStore('parts', { keyPath: ['attemptId', 'instanceId', 'kind', 'seq', 'part'] });
    },
  });
  await forgetOld(db, attemptId, now);
  await completeBroken(db, attemptId);
  return {
    heads: () => db.getAll('heads', of(attemptId)),
    bytes: async (name) => (await db.get('bytes', keyOf(name))) ?? null,
    put: (head, bytes) => put(db, head, bytes),
    putPart: async (part) => {
      await db.put('parts', part);
    },
    remove: async (name) => {
      const change = db.transaction(['heads', 'bytes', 'parts'], 'readwrite');
      await Promise.all([
        change.objectStore('heads').delete(keyOf(name)),
        change.objectStore('bytes').delete(keyOf(name)),
        change.objectStore('parts').delete(partsOf(name)),
        change.done,
      ]);
    },
  };
}

/** The whole takes the place of its pieces in one transaction. */
async function put(db: IDBPDatabase<RecordingsDb>, head: SegmentHead, bytes: Bytes): Promise<void> {
  const change = db.transaction(['heads', 'bytes', 'parts'], 'readwrite');
  await Promise.all([
    change.objectStore('heads').put(head),
    change.objectStore('bytes').put(bytes, keyOf(head)),
    change.objectStore('parts').delete(partsOf(head)),
    change.done,
  ]);
}

/** What was being recorded when the page went away ends where its last piece ends. */
async function completeBroken(db: IDBPDatabase<RecordingsDb>, attemptId: string): Promise<void> {
  const broken = new Map<string, SegmentPart[]>();
  for (const part of await db.getAll('parts', of(attemptId))) {
    const name = keyOf(part).join('/');
    broken.set(name, [...(broken.get(name) ?? []), part]);
  }
  for (const parts of broken.values()) {
    const last = parts.at(-1);
    if (last === undefined) continue;
    const bytes = joined(parts.map((part) => part.bytes));
    const { attemptId: attempt, instanceId, kind, seq, capturedAt, durationMs, mime } = last;
    const sha256 = await sha256Hex(bytes);
    await put(
      db,
      { attemptId: attempt, instanceId, kind, seq, capturedAt, durationMs, mime, size: bytes.length, sha256 },
      bytes,
    );
  }
}

async function forgetOld(db: IDBPDatabase<RecordingsDb>, attemptId: string, now: number): Promise<void> {
  const old = (one: SegmentHead | SegmentPart) =>
    one.attemptId !== attemptId && one.capturedAt < now - FORGOTTEN_AFTER_MS;
  const change = db.transaction(['heads', 'bytes', 'parts'], 'readwrite');
  for await (const cursor of change.objectStore('heads')) {
    if (old(cursor.value)) {
      await change.objectStore('bytes').delete(keyOf(cursor.value));
      await cursor.delete();
    }
  }
  for await (const cursor of change.objectStore('parts')) {
    if (old(cursor.value)) await cursor.delete();
  }
  await change.done;
}

function keyOf({ attemptId, instanceId, kind, seq }: SegmentName): Key {
  return [attemptId, instanceId, kind, seq];
}

function of(attemptId: string): IDBKeyRange {
  return IDBKeyRange.bound([attemptId], [attemptId, []]);
}

function partsOf(name: SegmentName): IDBKeyRange {
  return IDBKeyRange.bound(keyOf(name), [...keyOf(name), []]);
}
