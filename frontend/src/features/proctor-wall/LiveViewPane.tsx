import { Volume2, VolumeX } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { incidentsOf } from '@/api/monitor-state';
import type { AttemptCard } from '@/api/types';
import { Button } from '@/components/ui/Button';
import type { LiveStats, LiveView } from '@/media/meeting-client';
import { ProctorViewer } from '@/media/p2p/viewer';
import { LastPicture, newestKept } from './LastPicture';
import { useServerTick } from './server-time';
import { Thumbnail } from './Thumbnail';
import { useLive, useWall } from './wall-context';
import { WatchSignalling } from './watch-signalling';
import styles from './LiveViewPane.module.css';

interface Opened {
  view: LiveView | null;
  problem: string | null;
}

/** Opens the live view of one candidate for as long as the pane is there and the page is connected. */
function useLiveView(attemptId: string, reachable: boolean, round: number): Opened {
  const { socket } = useWall();
  const [opened, setOpened] = useState<Opened>({ view: null, problem: null });
  const [, redraw] = useState(0);
  useEffect(() => {
    if (!reachable) return;
    const signalling = new WatchSignalling(socket);
    let view: LiveView | null = null;
    let left = false;
    new ProctorViewer(signalling).open(attemptId, 'focus').then(
      (live) => {
        view = live;
        if (left) {
          live.close();
          return;
        }
        live.subscribe(() => {
          redraw((count) => count + 1);
        });
        setOpened({ view: live, problem: null });
      },
      (error: unknown) => {
        if (!left)
          setOpened({ view: null, problem: error instanceof Error ? error.message : 'It did not open.' });
      },
    );
    return () => {
      left = true;
      view?.close();
      signalling.dispose();
      setOpened({ view: null, problem: null });
    };
  }, [socket, attemptId, reachable, round]);
  return opened;
}

const NO_STATS: LiveStats = { roundTripMs: null, kbps: null, framesPerSecond: null, lost: null };
const STATS_EVERY_MS = 2_000;

function useStats(view: LiveView | null): LiveStats {
  const [stats, setStats] = useState(NO_STATS);
  useEffect(() => {
    if (view === null) return;
    const timer = window.setInterval(() => {
      void view.stats().then(setStats);
    }, STATS_EVERY_MS);
    return () => {
      window.clearInterval(timer);
      setStats(NO_STATS);
    };
  }, [view]);
  return stats;
}

export function LiveViewPane({ card }: { card: AttemptCard }) {
  const { socket } = useWall();
  const [round, setRound] = useState(0);
  const [muted, setMuted] = useState(true);
  const connected = useLive((state) => state.connection.is === 'connected');
  const { view, problem } = useLiveView(card.attempt_id, connected && card.connected, round);
  const stats = useStats(view);
  const live = view?.state === 'live' || view?.state === 'interrupted';
  const retry = () => {
    setRound((count) => count + 1);
  };
  return (
    <section className={styles.pane} aria-label="Live view">
      <div className={styles.screens} data-two={live && view.screen !== null ? true : undefined}>
        <div className={styles.frame}>
          <Thumbnail thumbnails={socket.thumbnails} number={card.number} dim={!card.connected} />
          {!card.connected && <KeptPicture card={card} />}
          {live && <Video stream={view.camera} muted={muted} label={`Camera of ${card.candidate_name}`} />}
          <span className={styles.tag} role="status">
            {status(card, view, problem)}
          </span>
        </div>
        {live && view.screen !== null && (
          <div className={styles.frame}>
            <Video stream={view.screen} muted label={`Screen of ${card.candidate_name}`} />
            <span className={styles.tag}>Screen</span>
          </div>
        )}
      </div>
      <div className={styles.foot}>
        <span>{live ? figures(stats) : fallback(card, view, problem)}</span>
        {live ? (
          <Button
            size="small"
            onPress={() => {
              setMuted(!muted);
            }}
          >
            {muted ? <VolumeX size={14} aria-hidden /> : <Volume2 size={14} aria-hidden />}
            Sound {muted ? 'off' : 'on'}
          </Button>
        ) : (
          card.connected &&
          (problem !== null || view?.state === 'closed') && (
            <Button size="small" onPress={retry}>
              Try again
            </Button>
          )
        )}
      </div>
    </section>
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

function status(card: AttemptCard, view: LiveView | null, problem: string | null): string {
  if (!card.connected) return 'Offline';
  if (problem !== null || view?.state === 'closed') return 'Pictures only';
  if (view?.state === 'interrupted') return 'Interrupted, reconnecting';
  return view?.state === 'live' ? 'Live' : 'Opening the live view…';
}

function fallback(card: AttemptCard, view: LiveView | null, problem: string | null): string {
  if (!card.connected) return 'The live view opens when the candidate is back.';
  if (problem !== null) return `Live view not available: ${problem} The newest pictures are shown.`;
  if (view?.state === 'closed')
    return `Live view closed${view.reason === null ? '' : `: ${view.reason}`}. The newest pictures are shown.`;
  return 'The newest picture is shown until it is there.';
}

function figures({ framesPerSecond, kbps, roundTripMs, lost }: LiveStats): string {
  const parts = [
    framesPerSecond === null ? null : `${Math.round(framesPerSecond)} frames/s`,
    kbps === null ? null : `${Math.round(kbps)} kbit/s`,
    roundTripMs === null ? null : `${Math.round(roundTripMs)} ms`,
    lost === null ? null : `${(lost * 100).toFixed(1)} % lost`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'Connected' : parts.join(' · ');
}

function Video({ stream, muted, label }: { stream: MediaStream; muted: boolean; label: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null && video.current.srcObject !== stream) video.current.srcObject = stream;
  }, [stream]);
  return (
    // A live person has no captions to offer.
    // eslint-disable-next-line jsx-a11y/media-has-caption
    <video ref={video} autoPlay playsInline muted={muted} aria-label={label} />
  );
}
