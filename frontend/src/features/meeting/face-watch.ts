import type { VideoMiddleware } from '@cloudflare/realtimekit';

interface FaceWatchParts {
  everyMs: number;
  /** Sends a picture (a data URL); resolves with whether more than one face is in it. */
  detect: (picture: string) => Promise<boolean>;
  /** More than one face was found. */
  found: () => void;
  now?: () => number;
}

/** A video middleware that has every so often one picture of the camera looked at, and leaves the video as it is. */
export function faceWatch({
  everyMs,
  detect,
  found,
  now = () => performance.now(),
}: FaceWatchParts): VideoMiddleware {
  let next = -Infinity;
  let asking = false;
  const look = async (picture: string) => {
    asking = true;
    try {
      if (await detect(picture)) found();
    } catch {
      // The meeting goes on without; the next picture is another try.
    } finally {
      asking = false;
    }
  };
  return () =>
    Promise.resolve((canvas: HTMLCanvasElement) => {
      if (!asking && now() >= next) {
        next = now() + everyMs;
        // Not waited for: the answer must not hold the video up.
        void look(canvas.toDataURL('image/jpeg', 0.9));
      }
      return Promise.resolve();
    });
}
