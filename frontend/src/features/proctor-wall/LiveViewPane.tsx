import { LogIn, Volume2, VolumeX } from 'lucide-react';
import { useCallback, useState } from 'react';
import { incidentsOf } from '@/api/monitor-state';
import type { AttemptCard } from '@/api/types';
import { Button } from '@/components/ui/Button';
import type { LiveStats, LiveView } from '@/media/meeting-client';
import { LastPicture, newestKept } from './LastPicture';
import { liveOf, liveExplanation, liveStatus, statsLine, statsTable, type Shown } from './live-view-words';
import { LiveViewTalk } from './LiveViewTalk';
import { MeetingActions } from './MeetingActions';
import { useServerTick } from './server-time';
import { Thumbnail } from './Thumbnail';
import { useLiveView, useStats } from './use-live-view';
import { useLive, useWall } from './wall-context';
import styles from './LiveViewPane.module.css';

export function LiveViewPane({ card }: { card: AttemptCard }) {
  const { mayAct } = useWall();
  const [muted, setMuted] = useState(true);
  const connected = useLive((state) => state.connection.is === 'connected');
  const meeting = useLive((state) => state.meeting);
  // Of which taking out this proctor wants the opposite; opening a live view is what puts the candidate back.
  const [putBack, setPutBack] = useState<number | null>(null);
  const out = card.taken_out_at !== null && card.taken_out_at !== putBack;
  const possible = connected && card.connected && meeting?.available !== false && !out;
  const { view, problem, again } = useLiveView(card.attempt_id, possible);
  const stats = useStats(view);
  const shown = { card, view, problem, meeting, out };
  const live = liveOf(view);
  const explanation = liveExplanation(shown);
  return (
    <section className={styles.pane} aria-label="Live view">
      <Screens shown={shown} />
      {live !== null && <Sound stream={live.sound} muted={muted} />}
      <div className={styles.foot}>
        <span>{explanation ?? statsLine(stats)}</span>
        {live !== null ? (
          <span className={styles.actions}>
            {mayAct && <LiveViewTalk key={card.attempt_id} view={live} name={card.candidate_name} />}
            {mayAct && <MeetingActions card={card} />}
            <Button
              size="small"
              onPress={() => {
                setMuted(!muted);
              }}
            >
              {muted ? <VolumeX size={14} aria-hidden /> : <Volume2 size={14} aria-hidden />}
              Sound {muted ? 'off' : 'on'}
            </Button>
          </span>
        ) : out ? (
          mayAct &&
          card.connected && (
            <Button
              size="small"
              onPress={() => {
                setPutBack(card.taken_out_at);
              }}
            >
              <LogIn size={14} aria-hidden /> Put back
            </Button>
          )
        ) : (
          possible &&
          (problem !== null || view?.state === 'closed') && (
            <Button size="small" onPress={again}>
              Try again
            </Button>
          )
        )}
      </div>
      {live !== null && <Connection stats={stats} />}
    </section>
  );
}

function Screens({ shown }: { shown: Shown }) {
  const { socket } = useWall();
  const { card } = shown;
  const live = liveOf(shown.view);
  return (
    <div className={styles.screens} data-two={live?.shown.screen ? true : undefined}>
      <div className={styles.frame}>
        <Thumbnail thumbnails={socket.thumbnails} number={card.number} dim={!card.connected} />
        {!card.connected && <KeptPicture card={card} />}
        {live?.shown.camera && <Video view={live} what="camera" label={`Camera of ${card.candidate_name}`} />}
        <span className={styles.tag} role="status">
          {liveStatus(shown)}
        </span>
      </div>
      {live?.shown.screen && (
        <div className={styles.frame}>
          <Video view={live} what="screen" label={`Screen of ${card.candidate_name}`} />
          <span className={styles.tag}>Screen</span>
        </div>
      )}
    </div>
  );
}

/** Where no small picture came since the page opened. */
function KeptPicture({ card }: { card: AttemptCard }) {
  const { socket } = useWall();
  const kept = newestKept(useLive((state) => incidentsOf(state.monitor, card.attempt_id)));
  const seen = useServerTick(() => socket.thumbnails.get(card.number) !== undefined);
  if (seen) return null;
  if (kept !== null) return <LastPicture kept={kept} />;
  return <span className={styles.middle}>No picture since you opened this page</span>;
}

/** How the live view gets here, for when it looks bad. */
function Connection({ stats }: { stats: LiveStats }) {
  return (
    <details className={styles.connection}>
      <summary>Connection</summary>
      <dl>
        {statsTable(stats).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Video({ view, what, label }: { view: LiveView; what: 'camera' | 'screen'; label: string }) {
  const show = useCallback(
    (element: HTMLVideoElement | null) => (element === null ? undefined : view.show(what, element)),
    [view, what],
  );
  return <video ref={show} autoPlay playsInline muted aria-label={label} />;
}

function Sound({ stream, muted }: { stream: MediaStream; muted: boolean }) {
  const play = useCallback(
    (audio: HTMLAudioElement | null) => {
      if (audio !== null) audio.srcObject = stream;
    },
    [stream],
  );
  // A live person has no captions to offer.
  // eslint-disable-next-line jsx-a11y/media-has-caption
  return <audio ref={play} autoPlay muted={muted} />;
}
