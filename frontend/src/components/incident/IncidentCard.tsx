import type { ReactNode } from 'react';
import type { Incident } from '@/api/types';
import { SeverityMark } from '@/components/ui/SeverityMark';
import { clockTime, howLong } from '@/format/time';
import { EvidenceStrip } from './EvidenceStrip';
import { figure, label } from './figures';
import { SignalIcon } from './SignalIcon';
import { SIGNAL_NAMES, VERDICT_WORDS } from './signals';
import styles from './IncidentCard.module.css';

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** The head counts the times, and the duration stands first. */
const SAID_ELSEWHERE: ReadonlySet<string> = new Set(['times', 'held_s']);

/** In tenths while it is short, as the sentence above says it. */
const duration = (ms: number) => (ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : howLong(ms));

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
  const lasted =
    incident.numbers.held_s === undefined
      ? (incident.closed_at ?? incident.last_seen_at) - incident.began_at
      : incident.numbers.held_s * 1000;
  const numbers = Object.entries(incident.numbers).filter(([name]) => !SAID_ELSEWHERE.has(name));
  return (
    <article
      className={styles.card}
      data-severity={incident.severity}
      data-current={current || undefined}
      id={`incident-${incident.id}`}
    >
      <header className={styles.head}>
        <SeverityMark severity={incident.severity} />
        <h3>
          <SignalIcon signal={incident.signal} /> {SIGNAL_NAMES[incident.signal]}
        </h3>
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
          <dd>{duration(lasted)}</dd>
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
