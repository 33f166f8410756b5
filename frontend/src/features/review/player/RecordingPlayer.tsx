import { Pause, Play, RotateCcw, RotateCw } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import type { Incident, RecordingKind } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { Kbd } from '@/components/ui/Kbd';
import { Select } from '@/components/ui/Select';
import { clockTime } from '@/format/time';
import { RATES, type Playback } from './playback';
import { playerKey } from './player-keys';
import { RecordingTimeline } from './RecordingTimeline';
import { GAP_WORDS, gapAt, KIND_WORDS, pieceAt, type Reel } from './reel';
import styles from './RecordingPlayer.module.css';

/** The recording of an attempt: camera and screen side by side, gaps with their reason, incidents on the line. */
export function RecordingPlayer({
  reel,
  playback,
  incidents,
}: {
  reel: Reel;
  playback: Playback;
  incidents: readonly Incident[];
}) {
  const pictures = (['camera', 'screen'] as const).filter((kind) => reel.pieces[kind].length > 0);
  const hasSound = reel.pieces.audio.length > 0;
  const keys = (event: KeyboardEvent) => {
    const act = playerKey(event.nativeEvent);
    if (act === null) return;
    // The reviewer's own J, K and L stay theirs outside of the player.
    event.preventDefault();
    event.stopPropagation();
    act(playback);
  };
  return (
    // The keys belong to whatever has the focus inside; its buttons do the same for the pointer.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section className={styles.player} aria-label="Recording" onKeyDown={keys} id="recording">
      <div className={styles.screens} data-two={pictures.length > 1 || undefined}>
        {pictures.map((kind) => (
          <Screen key={kind} kind={kind} reel={reel} playback={playback} />
        ))}
      </div>
      {hasSound && <Sound playback={playback} />}
      <RecordingTimeline reel={reel} playback={playback} incidents={incidents} />
      <Controls reel={reel} playback={playback} />
    </section>
  );
}

function Screen({ kind, reel, playback }: { kind: 'camera' | 'screen'; reel: Reel; playback: Playback }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const elements = box.current?.querySelectorAll('video');
    return elements === undefined ? undefined : playback.attach(kind, [...elements]);
  }, [kind, playback]);
  return (
    <div className={styles.screen} ref={box} role="img" aria-label={`${KIND_WORDS[kind]}, recorded`}>
      <video muted playsInline tabIndex={-1} />
      <video muted playsInline tabIndex={-1} />
      <span className={styles.kind}>{KIND_WORDS[kind]}</span>
      <Missing kind={kind} reel={reel} playback={playback} />
    </div>
  );
}

/** Why there is no picture at this moment. */
function Missing({ kind, reel, playback }: { kind: RecordingKind; reel: Reel; playback: Playback }) {
  const words = useStore(playback.store, ({ at, waiting }) => {
    if (pieceAt(reel.pieces[kind], at) !== null) return waiting ? 'Loading' : '';
    const gap = gapAt(reel, kind, at);
    return gap === null ? 'Nothing was recorded here' : GAP_WORDS[gap.label];
  });
  return (
    <span className={styles.missing} role="status">
      {words !== '' && <span>{words}</span>}
    </span>
  );
}

function Sound({ playback }: { playback: Playback }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const elements = box.current?.querySelectorAll('audio');
    return elements === undefined ? undefined : playback.attach('audio', [...elements]);
  }, [playback]);
  return (
    <div ref={box} hidden>
      {/* What was said has no subtitles. */}
      {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
      <audio />
      {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
      <audio />
    </div>
  );
}

function Controls({ reel, playback }: { reel: Reel; playback: Playback }) {
  const playing = useStore(playback.store, (view) => view.playing);
  const rate = useStore(playback.store, (view) => view.rate);
  const at = useStore(playback.store, (view) => Math.floor(view.at / 1000) * 1000);
  return (
    <div className={styles.controls}>
      <Button
        iconOnly
        aria-label="10 seconds back"
        onPress={() => {
          playback.by(-10);
        }}
      >
        <RotateCcw size={16} aria-hidden />
      </Button>
      <Button
        variant="primary"
        onPress={() => {
          playback.toggle();
        }}
      >
        {playing ? <Pause size={16} aria-hidden /> : <Play size={16} aria-hidden />}
        {playing ? 'Pause' : 'Play'}
      </Button>
      <Button
        iconOnly
        aria-label="10 seconds on"
        onPress={() => {
          playback.by(10);
        }}
      >
        <RotateCw size={16} aria-hidden />
      </Button>
      <span className={styles.at}>
        <strong>{clockTime(at, true)}</strong> of {clockTime(reel.from, true)} to {clockTime(reel.to, true)}
      </span>
      <span className={styles.keys}>
        <Kbd>Space</Kbd> play <Kbd>J</Kbd> <Kbd>L</Kbd> 10 s <Kbd>←</Kbd> <Kbd>→</Kbd> 5 s
      </span>
      <Select
        label="Speed"
        hideLabel
        value={String(rate)}
        options={RATES.map((one) => ({ value: String(one), label: `${one} ×` }))}
        onChange={(chosen) => {
          const found = RATES.find((one) => String(one) === chosen);
          if (found !== undefined) playback.setRate(found);
        }}
      />
    </div>
  );
}
