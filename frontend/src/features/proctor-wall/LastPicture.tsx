import type { Incident } from '@/api/types';
import styles from './Thumbnail.module.css';

interface Kept {
  readonly url: string;
  readonly capturedAt: number;
}

/** The newest camera picture that evidence keeps: what there is of somebody who left before this page opened. */
export function newestKept(incidents: readonly Incident[]): Kept | null {
  let newest: Kept | null = null;
  for (const { evidence } of incidents) {
    for (const { kind, url, captured_at } of evidence) {
      if (kind !== 'camera' || url === null || captured_at < (newest?.capturedAt ?? 0)) continue;
      newest = { url, capturedAt: captured_at };
    }
  }
  return newest;
}

export function LastPicture({ kept }: { kept: Kept }) {
  return <img className={styles.kept} src={kept.url} alt="" data-dim decoding="async" />;
}
