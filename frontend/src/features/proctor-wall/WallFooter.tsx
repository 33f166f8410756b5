import { Kbd } from '@/components/ui/Kbd';
import { STATE_WORDS, StateMark } from '@/components/ui/StateMark';
import { useLive, useView } from './wall-context';
import styles from './WallFooter.module.css';

export function WallFooter() {
  const focused = useView((state) => state.opened ?? state.focused);
  const card = useLive((state) => (focused === null ? undefined : state.monitor?.attempts.get(focused)));
  const load = useLive((state) => state.load);
  const connection = useLive((state) => state.connection.is);
  const every = load?.sampling_interval_s ?? null;
  return (
    <footer className={styles.footer}>
      {card !== undefined && <strong title={card.candidate_name}>{card.candidate_name}</strong>}
      <span className={styles.keys}>
        <Kbd>↵</Kbd> open
      </span>
      <span className={styles.keys}>
        <Kbd>W</Kbd> warn
      </span>
      <span className={styles.keys}>
        <Kbd>M</Kbd> message
      </span>
      <span className={styles.keys}>
        <Kbd>P</Kbd> {card?.state === 'paused' ? 'resume' : 'pause'}
      </span>
      <span className={styles.keys}>
        <Kbd>D</Kbd> dismiss newest alert
      </span>
      <span className={styles.keys}>
        <Kbd>?</Kbd> all keys
      </span>
      <span className={styles.right}>
        {every !== null && load !== null && (
          <span
            className={styles.load}
            data-slow={every > 1 || undefined}
            title={`The server that this page is connected to: ${Math.round(load.workers_busy * 100)} % busy, ${load.workers_ready} ready to look at pictures`}
          >
            {load.workers_ready === 0
              ? 'Pictures are not looked at just now'
              : every <= 1
                ? `Looking at 1 picture per second of each candidate, server ${Math.round(load.workers_busy * 100)} % busy`
                : `Server busy: looking at 1 picture every ${every} s of each candidate`}
          </span>
        )}
        <StateMark state={connection === 'connected' ? 'live' : 'offline'}>
          {connection === 'connected' ? 'Connected' : connection === 'refused' ? 'Refused' : 'Connecting'}
        </StateMark>
      </span>
      {card !== undefined && <span className="visually-hidden">{STATE_WORDS[card.state]}</span>}
    </footer>
  );
}
