import { fitted, JPEG_QUALITY, type FromWorker, type ToWorker } from '@/media/picture-format';

export interface Picture {
  jpeg: Uint8Array;
  /** ms since the epoch by this page's clock. */
  capturedAt: number;
}

export interface CameraSampler {
  setInterval(seconds: number): void;
  stop(): void;
}

/** The worker ends by itself once the frames on their way are given back; this is for one that does not. */
const STOPPED_WITHIN_MS = 2_000;

type Processor = new (init: { track: MediaStreamTrack }) => { readable: ReadableStream<VideoFrame> };

/**
 * Samples the raw camera track: frames go straight to a worker where the browser can do that, as bitmaps
 * to the worker where it can do that, and through a canvas of the page otherwise.
 */
export function sampleCamera(
  track: MediaStreamTrack,
  intervalS: number,
  take: (picture: Picture) => void,
): CameraSampler {
  // A copy of its own, so that stopping here never darkens the candidate's own picture.
  const own = track.clone();
  if (typeof Worker === 'undefined' || typeof OffscreenCanvas === 'undefined') {
    return sampleOnPage(own, intervalS, take);
  }
  return sampleInWorker(own, intervalS, take);
}

function sampleInWorker(
  track: MediaStreamTrack,
  intervalS: number,
  take: (picture: Picture) => void,
): CameraSampler {
  const worker = new Worker(new URL('./capture.worker.ts', import.meta.url), { type: 'module' });
  const tell = (message: ToWorker, transfer: Transferable[] = []) => {
    worker.postMessage(message, transfer);
  };
  let everyMs = intervalS * 1000;
  let bitmaps: VideoTicker | null = null;
  const sendBitmaps = () => {
    bitmaps ??= new VideoTicker(track, everyMs, async (video) => {
      const bitmap = await createImageBitmap(video);
      tell({ type: 'bitmap', bitmap }, [bitmap]);
    });
  };
  worker.onmessage = (event: MessageEvent<FromWorker>) => {
    if (event.data.type === 'unsupported') {
      sendBitmaps();
    } else {
      take({ jpeg: new Uint8Array(event.data.jpeg), capturedAt: event.data.capturedAt });
    }
  };
  tell({ type: 'interval', intervalMs: everyMs });
  const Processor = (globalThis as { MediaStreamTrackProcessor?: Processor }).MediaStreamTrackProcessor;
  if (Processor !== undefined) {
    const frames = new Processor({ track }).readable;
    tell({ type: 'frames', frames }, [frames]);
  } else {
    try {
      const moved = track.clone();
      tell({ type: 'track', track: moved }, [moved]);
    } catch {
      sendBitmaps(); // tracks cannot be handed over here
    }
  }
  return {
    setInterval(seconds) {
      everyMs = seconds * 1000;
      tell({ type: 'interval', intervalMs: everyMs });
      bitmaps?.setInterval(everyMs);
    },
    stop() {
      bitmaps?.stop();
      track.stop();
      worker.onmessage = null;
      tell({ type: 'stop' });
      setTimeout(() => {
        worker.terminate();
      }, STOPPED_WITHIN_MS);
    },
  };
}

function sampleOnPage(
  track: MediaStreamTrack,
  intervalS: number,
  take: (picture: Picture) => void,
): CameraSampler {
  const canvas = document.createElement('canvas');
  const ticker = new VideoTicker(track, intervalS * 1000, async (video) => {
    const capturedAt = Date.now();
    Object.assign(canvas, fitted(video.videoWidth, video.videoHeight));
    canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => {
      canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY);
    });
    if (blob !== null) {
      take({ jpeg: new Uint8Array(await blob.arrayBuffer()), capturedAt });
    }
  });
  return {
    setInterval(seconds) {
      ticker.setInterval(seconds * 1000);
    },
    stop() {
      ticker.stop();
      track.stop();
    },
  };
}

/** Plays a track in a video nobody sees and offers it at an interval; one look at a time. */
class VideoTicker {
  readonly #video = document.createElement('video');
  readonly #look: (video: HTMLVideoElement) => Promise<void>;
  #timer: ReturnType<typeof setInterval> | undefined;
  #busy = false;

  constructor(track: MediaStreamTrack, everyMs: number, look: (video: HTMLVideoElement) => Promise<void>) {
    this.#look = look;
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([track]);
    void this.#video.play();
    this.setInterval(everyMs);
  }

  setInterval(everyMs: number): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#tick(), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#video.srcObject = null;
  }

  async #tick(): Promise<void> {
    if (this.#busy || this.#video.videoWidth === 0) {
      return;
    }
    this.#busy = true;
    try {
      await this.#look(this.#video);
    } finally {
      this.#busy = false;
    }
  }
}
