import { NO_STATS, type LiveStats } from '@/media/meeting-client';

type Entry = Record<string, unknown>;

interface Sums {
  bytes: number;
  packets: number;
  lost: number;
}

/** Makes a proctor's figures of what WebRTC counts; rates are between two readings. */
export class StatsReader {
  #last: (Sums & { at: number }) | null = null;

  /** cameraTrackId: of the received track whose frames and size count. now: ms of any clock. */
  read(reports: readonly Iterable<unknown>[], cameraTrackId: string | null, now: number): LiveStats {
    const stats = { ...NO_STATS };
    const sums: Sums = { bytes: 0, packets: 0, lost: 0 };
    const entries = byId(reports);
    const pair = pairInUse(entries);
    if (pair !== undefined) {
      const roundTripS = pair.currentRoundTripTime;
      stats.roundTripMs = typeof roundTripS === 'number' ? roundTripS * 1000 : null;
      stats.relayed = isRelayed(pair, entries);
    }
    for (const entry of entries.values()) {
      if (entry.type === 'inbound-rtp') {
        sums.bytes += count(entry.bytesReceived);
        sums.packets += count(entry.packetsReceived);
        sums.lost += count(entry.packetsLost);
        if (entry.kind === 'video' && entry.trackIdentifier === cameraTrackId) {
          stats.framesPerSecond = count(entry.framesPerSecond);
          const [width, height] = [count(entry.frameWidth), count(entry.frameHeight)];
          stats.resolution = width > 0 && height > 0 ? { width, height } : null;
        }
      }
    }
    this.#rates(stats, sums, now);
    return stats;
  }

  #rates(stats: LiveStats, sums: Sums, now: number): void {
    const last = this.#last;
    this.#last = { ...sums, at: now };
    // Less than before: a track went away, or the connection is a new one.
    if (last === null || sums.bytes < last.bytes) return;
    stats.kbps = ((sums.bytes - last.bytes) * 8) / Math.max(1, now - last.at);
    const lost = Math.max(0, sums.lost - last.lost);
    const all = lost + Math.max(0, sums.packets - last.packets);
    stats.lost = all === 0 ? null : lost / all;
  }
}

/** Reports of several tracks of one connection repeat its own entries. */
function byId(reports: readonly Iterable<unknown>[]): Map<unknown, Entry> {
  const entries = new Map<unknown, Entry>();
  for (const report of reports) {
    for (const entry of report as Iterable<Entry>) entries.set(entry.id, entry);
  }
  return entries;
}

/** After an ICE restart there are several that were nominated; not every browser says which one is used. */
function pairInUse(entries: Map<unknown, Entry>): Entry | undefined {
  for (const entry of entries.values()) {
    const pair = entry.type === 'transport' ? entries.get(entry.selectedCandidatePairId) : undefined;
    if (pair !== undefined) return pair;
  }
  return [...entries.values()].find(
    (entry) => entry.type === 'candidate-pair' && entry.nominated === true && entry.state === 'succeeded',
  );
}

function isRelayed(pair: Entry, entries: Map<unknown, Entry>): boolean {
  return [pair.localCandidateId, pair.remoteCandidateId].some(
    (id) => entries.get(id)?.candidateType === 'relay',
  );
}

function count(value: unknown): number {
  return typeof value === 'number' ? Math.max(0, value) : 0;
}
