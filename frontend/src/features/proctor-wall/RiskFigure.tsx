import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import type { Risk } from '@/api/types';
import { decayed, riskAt, trendAt, type Trend } from '@/components/incident/risk';
import { SIGNAL_NAMES } from '@/components/incident/signals';
import { howLong } from '@/format/time';
import { useServerTick } from './server-time';
import styles from './RiskFigure.module.css';

const TRENDS: Record<Trend, { path: string; word: string }> = {
  rising: { path: 'M6 2.5 10 9H2z', word: 'rising' },
  falling: { path: 'M6 9.5 2 3h8z', word: 'falling' },
  steady: { path: 'M2 5.2h8v1.6H2z', word: 'steady' },
};

function useRisk(risk: Risk): { value: number; trend: Trend } {
  const value = useServerTick((now) => Math.round(riskAt(risk, now)));
  const trend = useServerTick((now) => trendAt(risk, now));
  return { value, trend };
}

export function RiskFigure({ risk }: { risk: Risk }) {
  const { value, trend } = useRisk(risk);
  return (
    <span className={styles.figure} data-hot={value >= 30 || undefined}>
      <span className="visually-hidden">Risk </span>
      {value}
      <svg viewBox="0 0 12 12" width="8" height="8" aria-hidden>
        <path d={TRENDS[trend].path} fill="currentColor" />
      </svg>
      <span className="visually-hidden"> {TRENDS[trend].word}</span>
    </span>
  );
}

/** The figure as a button that opens what it is made of. */
export function RiskButton({ risk, name, tabbable }: { risk: Risk; name: string; tabbable: boolean }) {
  return (
    <DialogTrigger>
      <Button className={styles.button ?? ''} excludeFromTabOrder={!tabbable}>
        <RiskFigure risk={risk} />
        <span className="visually-hidden">, what the risk of {name} is made of</span>
      </Button>
      <Popover className={styles.popover ?? ''} placement="bottom end">
        <Dialog className={styles.dialog ?? ''} aria-label={`Risk of ${name}`}>
          <RiskParts risk={risk} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

const SHOWN_PARTS = 8;

export function RiskParts({ risk }: { risk: Risk }) {
  const now = useServerTick((at) => at - (at % 1000));
  const parts = risk.parts
    .map((part) => ({ part, points: decayed(part.weight, part.at, risk.half_life_s, now) }))
    .filter(({ points }) => points >= 0.05)
    .sort((a, b) => b.points - a.points);
  return (
    <div className={styles.parts}>
      <p className={styles.sum}>
        <strong>Risk {Math.round(riskAt(risk, now))}</strong> It halves every{' '}
        {howLong(risk.half_life_s * 1000)}.
      </p>
      {parts.length === 0 ? (
        <p>No incident adds to it now.</p>
      ) : (
        <ul>
          {parts.slice(0, SHOWN_PARTS).map(({ part, points }) => (
            <li key={part.incident_id}>
              <span>{SIGNAL_NAMES[part.signal]}</span>
              <span className={styles.ago}>{howLong(now - part.at)} ago</span>
              <span className={styles.points}>{points.toFixed(1)}</span>
            </li>
          ))}
        </ul>
      )}
      {parts.length > SHOWN_PARTS && <p>and {parts.length - SHOWN_PARTS} smaller ones</p>}
    </div>
  );
}
