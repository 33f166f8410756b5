// Turns the camera's frames into small JPEGs away from the page's own thread. The page sends one of the
// three kinds of source below; pictures go back as they come due.
import { fitted, JPEG_QUALITY, type FromWorker, type ToWorker } from '@/media/picture-format';

interface Source extends CanvasImageSource_ {
  close(): void;
}
type CanvasImageSource_ = object;

let intervalMs = 1_000;
let lastAt = 0;
let busy = false;
let reading = false;
let stopping = false;
let canvas: OffscreenCanvas | null = null;

onmessage = (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  switch (message.type) {
    case 'interval':
      intervalMs = message.intervalMs;
      break;
    case 'frames':
      void read(message.frames);
      break;
    case 'track':
      readTrack(message.track);
      break;
    case 'bitmap':
      void encode(message.bitmap, message.bitmap.width, message.bitmap.height);
      break;
    case 'stop':
      // Frames on their way here are read to the end, which comes by itself: none may be left unclosed.
      stopping = true;
      if (!reading) close();
      break;
  }
};

function tell(message: FromWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

/** Safari has the processor only here, fed with the track itself. */
function readTrack(track: MediaStreamTrack): void {
  const Processor = (
    globalThis as {
      MediaStreamTrackProcessor?: new (init: object) => { readable: ReadableStream<VideoFrame> };
    }
  ).MediaStreamTrackProcessor;
  if (Processor === undefined) {
    tell({ type: 'unsupported' });
    return;
  }
  void read(new Processor({ track }).readable);
}

/** Reads every frame and closes it at once: a camera stalls when its frames are not given back. */
async function read(frames: ReadableStream<VideoFrame>): Promise<void> {
  const reader = frames.getReader();
  reading = true;
  for (;;) {
    const { done, value: frame } = await reader.read();
    if (done) {
      reading = false;
      if (stopping) close();
      return;
    }
    const now = performance.now();
    // Half a frame early is on time: otherwise 1 s at 15 fps becomes 1.07 s.
    if (stopping || busy || now - lastAt < intervalMs - 33) {
      frame.close();
      continue;
    }
    lastAt = now;
    void encode(frame, frame.displayWidth, frame.displayHeight);
  }
}

async function encode(
  source: (VideoFrame | ImageBitmap) & Source,
  width: number,
  height: number,
): Promise<void> {
  const capturedAt = Date.now();
  busy = true;
  try {
    const size = fitted(width, height);
    canvas ??= new OffscreenCanvas(size.width, size.height);
    canvas.width = size.width;
    canvas.height = size.height;
    canvas.getContext('2d')?.drawImage(source, 0, 0, size.width, size.height);
    source.close();
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: JPEG_QUALITY });
    const jpeg = await blob.arrayBuffer();
    tell({ type: 'picture', jpeg, capturedAt }, [jpeg]);
  } finally {
    busy = false;
  }
}
