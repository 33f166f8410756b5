/** What is recorded: pictures of the camera and of the screen, and sound that the network did not let through. */
export type SegmentKind = 'camera' | 'screen' | 'audio';

/** One stretch that plays by itself. Numbers count from 0 for each page load and kind. */
export interface SegmentHead {
  attemptId: string;
  instanceId: string;
  kind: SegmentKind;
  seq: number;
  /** When it began, ms since the epoch by this page's clock. */
  capturedAt: number;
  durationMs: number;
  /** As the server names it, without codecs. */
  mime: 'video/webm' | 'audio/wav';
  size: number;
  /** Of the bytes, hex. */
  sha256: string;
}

export type SegmentName = Pick<SegmentHead, 'attemptId' | 'instanceId' | 'kind' | 'seq'>;

export type Bytes = Uint8Array<ArrayBuffer>;

export async function sha256Hex(bytes: Bytes): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function joined(parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
