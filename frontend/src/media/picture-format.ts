/** What the server is sent of a camera: JPEG that fits 640x480, the shape of the picture kept. */
const LARGEST = { width: 640, height: 480 };
export const JPEG_QUALITY = 0.7;

export type ToWorker =
  | { type: 'interval'; intervalMs: number }
  | { type: 'frames'; frames: ReadableStream<VideoFrame> }
  | { type: 'track'; track: MediaStreamTrack }
  | { type: 'bitmap'; bitmap: ImageBitmap }
  | { type: 'stop' };

export type FromWorker = { type: 'picture'; jpeg: ArrayBuffer; capturedAt: number } | { type: 'unsupported' };

/** The largest size of this shape inside the limits; never larger than the picture. */
export function fitted(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, LARGEST.width / width, LARGEST.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
