/** The wire's frame header: packed, little endian, 15 bytes before the payload. */
export const FRAME_HEADER_BYTES = 15;
const VERSION = 1;

const FRAME_KIND = { camera: 1, screen: 2, audio: 3 } as const;
const FRAME_CODEC = { jpeg: 0, webp: 1, pcm16: 2 } as const;

export interface FrameHead {
  kind: keyof typeof FRAME_KIND;
  codec: keyof typeof FRAME_CODEC;
  /** Counted per page load, 0..2^32-1. */
  sequence: number;
  /** ms since the epoch by this page's clock. */
  capturedAt: number;
}

export function packFrame(head: FrameHead, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(FRAME_HEADER_BYTES + payload.byteLength);
  const view = new DataView(message.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, FRAME_KIND[head.kind]);
  view.setUint32(2, head.sequence >>> 0, true);
  view.setBigInt64(6, BigInt(Math.round(head.capturedAt)), true);
  view.setUint8(14, FRAME_CODEC[head.codec]);
  message.set(payload, FRAME_HEADER_BYTES);
  return message;
}
