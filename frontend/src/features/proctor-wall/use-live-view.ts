import { useEffect, useState } from 'react';
import { NO_STATS, type LiveStats, type LiveView } from '@/media/meeting-client';
import { meetingClient } from '@/media/meeting-providers';
import { useWall } from './wall-context';
import { WatchSignalling } from './watch-signalling';

/** Whatever ended it, it is opened again after this. */
const AGAIN_MS = 5_000;
const STATS_EVERY_MS = 2_000;

interface Opened {
  view: LiveView | null;
  /** Why it could not be opened, in the server's words. */
  problem: string | null;
}
const CLOSED: Opened = { view: null, problem: null };

/** The live view of one candidate, for as long as somebody looks and there can be one; it comes back by itself. */
export function useLiveView(attemptId: string, possible: boolean): Opened & { again: () => void } {
  const { socket, examId } = useWall();
  const [opened, setOpened] = useState(CLOSED);
  const [round, setRound] = useState(0);
  const [, redraw] = useState(0);
  useEffect(() => {
    if (!possible) return;
    const line = new WatchSignalling(socket, examId);
    let view: LiveView | null = null;
    let left = false;
    const profile = () => (document.hidden ? 'grid' : 'focus');
    const open = async () => {
      const terms = await line.openWatch(attemptId, profile());
      const client = left ? null : await meetingClient(terms.provider).catch(() => null);
      // Left meanwhile, or its code could not be loaded; the linter does not see that `left` changes.
      if (client === null || left) {
        line.closeWatch(terms.watchId);
        if (client === null) throw new Error('A part of this page could not be loaded.');
        return;
      }
      const live = client.watch(line, terms, attemptId, profile());
      view = live;
      live.subscribe(() => {
        redraw((count) => count + 1);
      });
      setOpened({ view: live, problem: null });
    };
    open().catch((error: unknown) => {
      if (!left)
        setOpened({ view: null, problem: error instanceof Error ? error.message : 'It did not open.' });
    });
    // Nobody sees it: the small picture is enough, which spares the candidate's line.
    const visibility = () => view?.setProfile(profile());
    document.addEventListener('visibilitychange', visibility);
    return () => {
      left = true;
      document.removeEventListener('visibilitychange', visibility);
      view?.close();
      line.dispose();
      setOpened(CLOSED);
    };
  }, [socket, examId, attemptId, possible, round]);

  const again = () => {
    setRound((count) => count + 1);
  };
  const ended = opened.problem !== null || opened.view?.state === 'closed';
  useEffect(() => {
    if (!ended) return;
    const timer = window.setTimeout(() => {
      setRound((count) => count + 1);
    }, AGAIN_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [ended, round]);
  return { ...opened, again };
}

export function useStats(view: LiveView | null): LiveStats {
  const [stats, setStats] = useState(NO_STATS);
  useEffect(() => {
    if (view === null) return;
    const timer = window.setInterval(() => {
      view.stats().then(setStats, () => undefined); // it ended meanwhile
    }, STATS_EVERY_MS);
    return () => {
      window.clearInterval(timer);
      setStats(NO_STATS);
    };
  }, [view]);
  return stats;
}
