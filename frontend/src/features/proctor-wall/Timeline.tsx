import type { AttemptCard, Incident } from '@/api/types';
import { SIGNAL_NAMES } from '@/components/incident/signals';
import { clockTime } from '@/format/time';
import { useServerTick } from './server-time';
import styles from './Timeline.module.css';

const STEP_MS = 10_000;
const SHORTEST_MS = 5 * 60_000;

/** From the start of the exam to now, with every incident where it was; a press goes to it. */
export function Timeline({ card, incidents }: { card: AttemptCard; incidents: readonly Incident[] }) {
  const now = useServerTick((at) => Math.ceil(at / STEP_MS) * STEP_MS);
  const from = Math.min(card.clock.started_at ?? now - SHORTEST_MS, ...incidents.map((one) => one.began_at));
  const length = Math.max(SHORTEST_MS, now - from);
  const at = (moment: number) => `${(Math.max(0, moment - from) / length) * 100}%`;
  return (
    <section aria-label="Timeline">
      <div className={styles.bar}>
        {incidents.map((one) => {
          const end = one.closed_at ?? one.last_seen_at;
          return (
            <a
              key={one.id}
              href={`#incident-${one.id}`}
              className={styles.mark}
              data-severity={one.severity}
              data-settled={one.verdict === 'dismissed' || undefined}
              style={{ left: at(one.began_at), width: `max(8px, ${((end - one.began_at) / length) * 100}%)` }}
              title={`${clockTime(one.began_at, true)} ${one.words}`}
            >
              <span className="visually-hidden">
                {clockTime(one.began_at, true)}, {one.severity}, {SIGNAL_NAMES[one.signal]}
              </span>
            </a>
          );
        })}
      </div>
      <div className={styles.ends}>
        <span>
          {card.clock.started_at === null ? clockTime(from) : `started ${clockTime(card.clock.started_at)}`}
        </span>
        <span>{incidents.length === 1 ? '1 incident' : `${incidents.length} incidents`}</span>
        <span>{clockTime(from + length)}</span>
      </div>
    </section>
  );
}
