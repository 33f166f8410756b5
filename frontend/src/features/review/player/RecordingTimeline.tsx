import { useStore } from 'zustand';
import type { Incident, RecordingKind } from '@/api/types';
import { SIGNAL_NAMES } from '@/components/incident/signals';
import { clockTime, howLong } from '@/format/time';
import type { Playback } from './playback';
import { GAP_WORDS, KIND_WORDS, KINDS, LEAD_MS, stretches, type Reel } from './reel';
import styles from './RecordingPlayer.module.css';

const LANE_NAMES: Record<RecordingKind, string> = { camera: 'Camera', screen: 'Screen', audio: 'Sound' };

/** What is there, what is not and why, and the incidents: a press goes to some seconds before one. */
export function RecordingTimeline({
  reel,
  playback,
  incidents,
}: {
  reel: Reel;
  playback: Playback;
  incidents: readonly Incident[];
}) {
  const length = Math.max(1, reel.to - reel.from);
  const share = (ms: number) => `${(ms / length) * 100}%`;
  const place = (from: number, to: number) => ({ left: share(from - reel.from), width: share(to - from) });
  const kinds = KINDS.filter((kind) => reel.pieces[kind].length > 0);
  return (
    <div className={styles.timeline}>
      <div className={styles.marks}>
        {incidents.map((one) => (
          <button
            key={one.id}
            type="button"
            className={styles.mark}
            data-severity={one.severity}
            data-settled={one.verdict === 'dismissed' || undefined}
            style={{ left: share(one.began_at - reel.from) }}
            title={`${clockTime(one.began_at, true)} ${one.words}`}
            onClick={() => {
              playback.seek(one.began_at - LEAD_MS);
              playback.play();
            }}
          >
            <span className="visually-hidden">
              Play from before {SIGNAL_NAMES[one.signal]}, {one.severity}, {clockTime(one.began_at, true)}
            </span>
          </button>
        ))}
      </div>
      <div className={styles.lanes}>
        {kinds.map((kind) => (
          <Lane key={kind} kind={kind} reel={reel} place={place} />
        ))}
        <Position reel={reel} playback={playback} />
      </div>
      {kinds.some((kind) => reel.pieces[kind].some((piece) => piece.late)) && (
        <p className={styles.late}>
          <span aria-hidden /> Lighter: kept by the page for a while, and sent later
        </p>
      )}
      <Gaps reel={reel} kinds={kinds} />
    </div>
  );
}

function Lane({
  kind,
  reel,
  place,
}: {
  kind: RecordingKind;
  reel: Reel;
  place: (from: number, to: number) => { left: string; width: string };
}) {
  return (
    <div className={styles.laneRow}>
      <span className={styles.laneName}>{LANE_NAMES[kind]}</span>
      <div className={styles.lane} title={KIND_WORDS[kind]}>
        {stretches(reel.pieces[kind]).map((one) => (
          <span
            key={one.from}
            className={styles.stretch}
            data-late={one.late || undefined}
            style={place(one.from, one.to)}
          />
        ))}
        {reel.gaps
          .filter((gap) => gap.kind === kind)
          .map((gap) => (
            <span key={gap.from_at} className={styles.gap} style={place(gap.from_at, gap.to_at)}>
              <span>{GAP_WORDS[gap.label]}</span>
            </span>
          ))}
      </div>
    </div>
  );
}

/** A native slider over the lanes: pointer, touch, keyboard and readers all know it. */
function Position({ reel, playback }: { reel: Reel; playback: Playback }) {
  const at = useStore(playback.store, (view) => Math.round(view.at / 100) * 100);
  return (
    <>
      <span
        className={styles.head}
        style={{ left: `${((at - reel.from) / Math.max(1, reel.to - reel.from)) * 100}%` }}
      />
      <input
        type="range"
        className={styles.slider}
        aria-label="Position in the recording"
        aria-valuetext={clockTime(at, true)}
        min={reel.from}
        max={reel.to}
        step={100}
        value={at}
        onChange={(event) => {
          playback.seek(Number(event.target.value));
        }}
      />
    </>
  );
}

/** The same gaps in words: hatching alone says nothing to a reader, and little on a small screen. */
function Gaps({ reel, kinds }: { reel: Reel; kinds: readonly RecordingKind[] }) {
  const gaps = reel.gaps.filter((gap) => kinds.includes(gap.kind));
  if (gaps.length === 0) return null;
  return (
    <details className={styles.gaps}>
      <summary>
        {gaps.length === 1 ? '1 gap' : `${gaps.length} gaps`}, and none of them says anything about the
        candidate
      </summary>
      <ul>
        {gaps.map((gap) => (
          <li key={`${gap.kind} ${gap.from_at}`}>
            {KIND_WORDS[gap.kind]}, {clockTime(gap.from_at, true)} for {howLong(gap.to_at - gap.from_at)}:{' '}
            {GAP_WORDS[gap.label].toLowerCase()}
          </li>
        ))}
      </ul>
    </details>
  );
}
