import { memo, useEffect, useRef } from 'react';
import type { Thumbnails } from '@/api/thumbnails';
import styles from './Thumbnail.module.css';

/** Draw the newest picture of an attempt at each change, one decode at a time, only while it is in view. */
function keepDrawn(canvas: HTMLCanvasElement, thumbnails: Thumbnails, number: number): () => void {
  let inView = true;
  let busy = false;
  let stopped = false;
  let drawnAt = -1;

  const draw = () => {
    const newest = thumbnails.get(number);
    if (newest === undefined || busy || stopped || !inView || newest.capturedAt === drawnAt) return;
    busy = true;
    createImageBitmap(newest.picture)
      .then((bitmap) => {
        if (!stopped) {
          if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
          if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
          canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
          canvas.dataset.drawn = String(newest.capturedAt);
        }
        bitmap.close();
      })
      .catch(() => undefined) // a picture that cannot be decoded: the one before stays, the next one comes
      .finally(() => {
        busy = false;
        drawnAt = newest.capturedAt;
        draw(); // a newer one may have come meanwhile
      });
  };

  const observer = new IntersectionObserver((entries) => {
    inView = entries.at(-1)?.isIntersecting ?? true;
    draw();
  });
  observer.observe(canvas);
  const unsubscribe = thumbnails.subscribe(number, draw);
  draw();
  return () => {
    stopped = true;
    observer.disconnect();
    unsubscribe();
  };
}

/** The newest small picture. It never draws through React: a new picture costs one canvas, not one render. */
export const Thumbnail = memo(function Thumbnail({
  thumbnails,
  number,
  dim = false,
}: {
  thumbnails: Thumbnails;
  number: number;
  dim?: boolean;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(
    () => (canvas.current === null ? undefined : keepDrawn(canvas.current, thumbnails, number)),
    [thumbnails, number],
  );
  return (
    <canvas
      ref={canvas}
      className={styles.picture}
      width={160}
      height={120}
      data-dim={dim || undefined}
      aria-hidden
    />
  );
});
