import { useMemo } from 'react';
import type { AttemptDetail } from '@/api/types';
import { Playback } from './player/playback';
import { RecordingPlayer } from './player/RecordingPlayer';
import { reelOf } from './player/reel';
import { useRecording } from './queries';
import styles from './AttemptReview.module.css';

/** The recording, if there is one: made anew only when pieces have come. */
export function usePlayback(detail: AttemptDetail) {
  const { data } = useRecording(detail.card.attempt_id);
  const moments = detail.incidents.map((one) => one.began_at).join(' ');
  const made = useMemo(() => {
    if (data === undefined) return null;
    const reel = reelOf(data, moments === '' ? [] : moments.split(' ').map(Number));
    return reel === null ? null : { reel, playback: new Playback(reel) };
  }, [data, moments]);
  return { made, wanted: data !== undefined && data.recording !== 'off' };
}

export function RecordingPart({
  detail,
  part: { made, wanted },
}: {
  detail: AttemptDetail;
  part: ReturnType<typeof usePlayback>;
}) {
  if (made !== null) return <RecordingPlayer {...made} incidents={detail.incidents} />;
  if (!wanted) return null;
  return (
    <p className={styles.nothing}>
      Nothing of the recording is here: it has not come yet, or it was erased at the end of its time.
    </p>
  );
}
