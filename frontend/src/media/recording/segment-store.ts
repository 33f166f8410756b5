import {
  joined,
  sha256Hex,
  type Bytes,
  type SegmentHead,
  type SegmentKind,
  type SegmentName,
} from './segment';
import { openSegmentDatabase, type SegmentDatabase } from './segment-database';

/** Of what the browser still has room for; the rest is the candidate's. */
const SHARE_OF_DISK = 0.5;
const MOST_BYTES = 2 * 1024 ** 3;
/** Where the browser does not say how much room there is. */
const UNKNOWN_BYTES = 256 * 1024 ** 2;
/** For what the disk does not take, the page's own memory: so much for each GiB that the machine has. */
const MEMORY_BYTES_PER_GIB = 16 * 1024 ** 2;
const UNKNOWN_GIB = 4;
/** Once full, so much has to be free before anything is kept again. */
const FREED_BELOW = 0.8;

export interface StoreOptions {
  attemptId: string;
  instanceId: string;
  now?: () => number;
  estimate?: () => Promise<StorageEstimate>;
  memoryBytes?: number;
}

/** A segment that is being recorded; pieces are kept as they come. */
export interface SegmentDraft {
  add(bytes: Bytes, durationMs: number): void;
  /** Resolves when it is kept; null: there was nothing in it, or no room for it. */
  end(durationMs: number): Promise<SegmentHead | null>;
}

/**
 * What was recorded and the server does not have yet. It is on disk, so that it survives a reload and a crash, in
 * memory where the browser keeps nothing, and never more than its share: what does not fit is refused.
 */
export class SegmentStore {
  /** Called when the store becomes full, and when it has room again. */
  filled: (full: boolean) => void = () => undefined;
  readonly #options: StoreOptions;
  readonly #database: SegmentDatabase | null;
  readonly #memory = new Map<string, Bytes>();
  readonly #next = new Map<SegmentKind, number>();
  #heads: SegmentHead[] = [];
  readonly #disk: { used: number; most: number };
  readonly #ram: { used: number; most: number };
  #full = false;

  static async open(options: StoreOptions): Promise<SegmentStore> {
    const now = (options.now ?? Date.now)();
    let database: SegmentDatabase | null = null;
    let heads: SegmentHead[] = [];
    try {
      database = await openSegmentDatabase(options.attemptId, now);
      heads = await database.heads();
    } catch {
      database = null; // a private window, or storage that is switched off
      heads = [];
    }
    const used = heads.reduce((sum, { size }) => sum + size, 0);
    const most = database === null ? 0 : used + (await room(options.estimate));
    return new SegmentStore(options, database, heads, { used, most });
  }

  private constructor(
    options: StoreOptions,
    database: SegmentDatabase | null,
    heads: SegmentHead[],
    disk: { used: number; most: number },
  ) {
    this.#options = options;
    this.#database = database;
    this.#heads = heads.sort(byTime);
    this.#disk = disk;
    this.#ram = { used: 0, most: options.memoryBytes ?? memory() };
  }

  /** Whether what is kept survives a reload. */
  get durable(): boolean {
    return this.#database !== null;
  }

  get full(): boolean {
    return this.#full;
  }

  /** Everything that waits, of earlier page loads too, oldest first. */
  get waiting(): readonly SegmentHead[] {
    return this.#heads;
  }

  begin(kind: SegmentKind, mime: SegmentHead['mime'], capturedAt: number): SegmentDraft {
    // Numbered with its first piece: one that was stopped before it had any leaves no hole in the numbers.
    let name: SegmentName | undefined;
    const parts: Bytes[] = [];
    return {
      add: (bytes, durationMs) => {
        parts.push(bytes);
        name ??= this.#name(kind);
        const part = { ...name, part: parts.length - 1, capturedAt, durationMs, mime, bytes };
        // Without it a crash costs this piece; the whole is kept at the end in any case.
        this.#database?.putPart(part).catch(() => undefined);
      },
      end: async (durationMs) =>
        name === undefined ? null : this.#keep({ ...name, capturedAt, durationMs, mime }, joined(parts)),
    };
  }

  /** Keeps something that is whole already. */
  add(
    kind: SegmentKind,
    mime: SegmentHead['mime'],
    capturedAt: number,
    durationMs: number,
    bytes: Bytes,
  ): Promise<SegmentHead | null> {
    return this.#keep({ ...this.#name(kind), capturedAt, durationMs, mime }, bytes);
  }

  async bytes(head: SegmentHead): Promise<Bytes | null> {
    const held = this.#memory.get(idOf(head));
    return held ?? (await this.#database?.bytes(head)) ?? null;
  }

  /** The server has it. */
  async forget(head: SegmentHead): Promise<void> {
    this.#heads = this.#heads.filter((one) => one !== head);
    if (this.#memory.delete(idOf(head))) {
      this.#ram.used -= head.size;
    } else {
      await this.#database?.remove(head);
      this.#disk.used -= head.size;
    }
    if (this.#full && this.#filled < FREED_BELOW) this.#setFull(false);
  }

  /** While it is full: others may have made room on the disk meanwhile. */
  async lookAgain(): Promise<void> {
    if (!this.#full) return;
    if (this.#database !== null) this.#disk.most = this.#disk.used + (await room(this.#options.estimate));
    if (this.#filled < FREED_BELOW) this.#setFull(false);
  }

  get #filled(): number {
    return (this.#disk.used + this.#ram.used) / Math.max(1, this.#disk.most + this.#ram.most);
  }

  #name(kind: SegmentKind): SegmentName {
    const seq = this.#next.get(kind) ?? 0;
    this.#next.set(kind, seq + 1);
    const { attemptId, instanceId } = this.#options;
    return { attemptId, instanceId, kind, seq };
  }

  async #keep(head: Omit<SegmentHead, 'size' | 'sha256'>, bytes: Bytes): Promise<SegmentHead | null> {
    const whole = { ...head, size: bytes.length, sha256: await sha256Hex(bytes) };
    if (!((await this.#onDisk(whole, bytes)) || this.#inMemory(whole, bytes))) {
      await this.#database?.remove(whole).catch(() => undefined); // its pieces
      this.#setFull(true);
      return null;
    }
    this.#heads = [...this.#heads, whole].sort(byTime);
    return whole;
  }

  async #onDisk(head: SegmentHead, bytes: Bytes): Promise<boolean> {
    if (this.#database === null || this.#disk.used + head.size > this.#disk.most) return false;
    try {
      await this.#database.put(head, bytes);
    } catch {
      this.#disk.most = this.#disk.used; // the browser has less room than it said
      return false;
    }
    this.#disk.used += head.size;
    return true;
  }

  #inMemory(head: SegmentHead, bytes: Bytes): boolean {
    if (this.#ram.used + head.size > this.#ram.most) return false;
    this.#memory.set(idOf(head), bytes);
    this.#ram.used += head.size;
    return true;
  }

  #setFull(full: boolean): void {
    if (full !== this.#full) {
      this.#full = full;
      this.filled(full);
    }
  }
}

function memory(): number {
  const { deviceMemory = UNKNOWN_GIB } = navigator as { deviceMemory?: number };
  return deviceMemory * MEMORY_BYTES_PER_GIB;
}

async function room(estimate?: () => Promise<StorageEstimate>): Promise<number> {
  try {
    const { quota, usage } = await (estimate ?? (() => navigator.storage.estimate()))();
    if (quota === undefined) return UNKNOWN_BYTES;
    return Math.min(MOST_BYTES, Math.max(0, quota - (usage ?? 0)) * SHARE_OF_DISK);
  } catch {
    return UNKNOWN_BYTES;
  }
}

function idOf({ instanceId, kind, seq }: SegmentName): string {
  return `${instanceId}/${kind}/${seq}`;
}

function byTime(a: SegmentHead, b: SegmentHead): number {
  return a.capturedAt - b.capturedAt;
}
