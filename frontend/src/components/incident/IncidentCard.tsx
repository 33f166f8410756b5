import type { ReactNode } from 'react';
import type { Incident } from '@/api/types';
import { SeverityMark } from '@/components/ui/SeverityMark';
import { clockTime, howLong } from '@/format/time';
import { EvidenceStrip } from './EvidenceStrip';
import { SIGNAL_NAMES, VERDICT_WORDS } from './signals';
import styles from './IncidentCard.module.css';

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** How a number of the explanation reads: the unit is in its name, as everywhere in the system. */
function figure(name: string, value: number): string {
  const rounded = Number.isInteger(value) ? String(value) : value.toFixed(2);
  const unit = /_(s|ms|deg|px)$/.exec(name)?.[1];
  return unit === undefined ? rounded : `${rounded} ${unit === 'deg' ? '°' : unit}`;
}

const label = (name: string) => name.replace(/_(s|ms|deg|px)$/, '').replaceAll('_', ' ');

/** One incident: what was observed, how sure the machine is, the pictures, and what people decided. */
export function IncidentCard({
  incident,
  policyLine,
  current = false,
  children,
}: {
  incident: Incident;
  policyLine?: string;
  current?: boolean;
  children?: ReactNode;
}) {
  const lasted = (incident.closed_at ?? incident.last_seen_at) - incident.began_at;
  const numbers = Object.entries(incident.numbers).filter(([name]) => name !== 'times');
  return (
    <article
      className={styles.card}
      data-severity={incident.severity}
      data-current={current || undefined}
      id={`incident-${incident.id}`}
    >
      <header className={styles.head}>
        <SeverityMark severity={incident.severity} />
        <h3>{SIGNAL_NAMES[incident.signal]}</h3>
        {incident.times > 1 && <span className={styles.times}>×{incident.times}</span>}
        <time dateTime={new Date(incident.opened_at).toISOString()}>
          {clockTime(incident.began_at, true)}
        </time>
      </header>
      <p>{incident.words}</p>
      <dl className={styles.numbers}>
        <div>
          <dt>Confidence in what was seen</dt>
          <dd>{percent(incident.confidence)}</dd>
        </div>
        <div>
          <dt>{incident.closed_at === null ? 'Going on for' : 'Lasted'}</dt>
          <dd>{howLong(lasted)}</dd>
        </div>
        {numbers.map(([name, value]) => (
          <div key={name}>
            <dt>{label(name)}</dt>
            <dd>{figure(name, value)}</dd>
          </div>
        ))}
      </dl>
      {policyLine !== undefined && <p className={styles.policy}>{policyLine}</p>}
      <EvidenceStrip evidence={incident.evidence} what={SIGNAL_NAMES[incident.signal]} />
      {incident.verdict !== 'undecided' && (
        <p className={styles.verdict} data-verdict={incident.verdict}>
          <strong>{VERDICT_WORDS[incident.verdict]}</strong>
          {incident.verdict_by === null ? '' : ` by ${incident.verdict_by}`}
          {incident.verdict_note === '' ? '' : `: ${incident.verdict_note}`}
        </p>
      )}
      {children}
    </article>
  );
}
