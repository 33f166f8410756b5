import { BellRing, Check, Undo2, Volume2, VolumeX } from 'lucide-react';
import { useMemo } from 'react';
import type { AttemptCard, Incident } from '@/api/types';
import { SignalIcon } from '@/components/incident/SignalIcon';
import { SIGNAL_NAMES, VERDICT_WORDS } from '@/components/incident/signals';
import { Button } from '@/components/ui/Button';
import { EmptyState } from '@/components/ui/EmptyState';
import { Kbd } from '@/components/ui/Kbd';
import { SeverityMark } from '@/components/ui/SeverityMark';
import { toastProblem } from '@/components/ui/toast';
import { clockTime } from '@/format/time';
import { decide, useAct } from './actions';
import { alertGroups, handledAlerts, type AlertGroup } from './alerts';
import { hasPassed } from './need';
import { useServerTick } from './server-time';
import { Thumbnail } from './Thumbnail';
import { useLive, useView, useWall } from './wall-context';
import styles from './AlertRail.module.css';

const HANDLED_MS = 10 * 60_000;
const NO_INCIDENTS: ReadonlyMap<string, readonly Incident[]> = new Map();

export function useAlertGroups(): AlertGroup[] {
  const incidents = useLive((state) => state.monitor?.incidents ?? NO_INCIDENTS);
  return useMemo(() => alertGroups(incidents), [incidents]);
}

export function AlertRail() {
  const { view } = useWall();
  const groups = useAlertGroups();
  const sound = useView((state) => state.sound);
  return (
    <aside className={styles.rail} aria-label="Alerts">
      <header className={styles.head}>
        <h2>Alerts</h2>
        <span className={styles.count}>{groups.length} open</span>
        <Button
          size="small"
          variant="quiet"
          onPress={() => {
            view.setState({ sound: !sound });
          }}
        >
          {sound ? <Volume2 size={14} aria-hidden /> : <VolumeX size={14} aria-hidden />}
          Sound: {sound ? 'high only' : 'off'}
        </Button>
      </header>
      <div className={styles.scroll}>
        {groups.length === 0 ? (
          <EmptyState title="No open alerts">
            <p>They appear here by themselves, the worst first. A opens the first one.</p>
          </EmptyState>
        ) : (
          <ul className={styles.list} aria-label="Open alerts">
            {groups.map((group, index) => (
              <Alert key={group.attemptId} group={group} first={index === 0} />
            ))}
          </ul>
        )}
        <Handled />
      </div>
    </aside>
  );
}

function Alert({ group, first }: { group: AlertGroup; first: boolean }) {
  const { view, mayAct } = useWall();
  const { dismiss } = useAct();
  const card = useLive((state) => state.monitor?.attempts.get(group.attemptId));
  const [main, ...others] = group.lines;
  if (card === undefined || main === undefined) return null;
  const ids = group.lines.flatMap((line) => line.ids);
  return (
    <li className={styles.alert} data-severity={group.severity} data-passed={group.passed || undefined}>
      <AlertPicture card={card} incident={main.incident} />
      <div className={styles.meta}>
        <SeverityMark severity={group.severity} />
        {hasPassed(main.incident) && <span className={styles.times}>Over</span>}
        {main.times > 1 && (
          <span className={styles.times} title={`Seen ${main.times} times`}>
            ×{main.times}
          </span>
        )}
        <time dateTime={new Date(main.incident.opened_at).toISOString()}>
          {clockTime(main.incident.opened_at, true)}
        </time>
      </div>
      <h3 className={styles.who}>
        <bdi>{card.candidate_name}</bdi>
      </h3>
      <p className={styles.say}>
        <SignalIcon signal={main.incident.signal} /> {main.incident.words}
      </p>
      {others.map((line) => (
        <p key={line.incident.id} className={styles.more}>
          <SeverityMark severity={line.incident.severity} wordless />{' '}
          <SignalIcon signal={line.incident.signal} /> {SIGNAL_NAMES[line.incident.signal]}
          {line.times > 1 ? `, ${line.times} times` : ''}
          {hasPassed(line.incident) ? ', over' : ''}
        </p>
      ))}
      <div className={styles.actions}>
        <Button
          size="small"
          onPress={() => {
            view.setState({ opened: group.attemptId });
          }}
        >
          Open<span className="visually-hidden"> {card.candidate_name}</span> {first && <Kbd>A</Kbd>}
        </Button>
        {mayAct && (
          <Button
            size="small"
            onPress={() => {
              view.setState({ dialog: { is: 'warn', attemptId: group.attemptId } });
            }}
          >
            Warn…<span className="visually-hidden"> {card.candidate_name}</span>
          </Button>
        )}
        <Button
          size="small"
          onPress={() => {
            dismiss(ids, card.candidate_name);
          }}
        >
          Dismiss{ids.length > 1 ? ` ${ids.length}` : ''}
          <span className="visually-hidden"> of {card.candidate_name}</span>
        </Button>
      </div>
    </li>
  );
}

function AlertPicture({ card, incident }: { card: AttemptCard; incident: Incident }) {
  const { socket } = useWall();
  const picture = incident.evidence.findLast(
    (one) => one.url !== null && one.captured_at <= incident.last_seen_at,
  );
  return (
    <div className={styles.picture}>
      {picture?.url == null ? (
        <Thumbnail thumbnails={socket.thumbnails} number={card.number} />
      ) : (
        <img src={picture.url} alt="" loading="lazy" decoding="async" />
      )}
    </div>
  );
}

function Handled() {
  const { view } = useWall();
  const incidents = useLive((state) => state.monitor?.incidents ?? NO_INCIDENTS);
  const attempts = useLive((state) => state.monitor?.attempts);
  const since = useServerTick((now) => Math.floor(now / 10_000) * 10_000) - HANDLED_MS;
  const handled = useMemo(() => handledAlerts(incidents, since), [incidents, since]);
  if (handled.length === 0) return null;
  return (
    <section aria-label="Handled in the last ten minutes">
      <h3 className={styles.handledHead}>
        <Check size={14} aria-hidden /> Handled in the last 10 min <span>{handled.length}</span>
      </h3>
      <ul className={styles.list}>
        {handled.map((one) => {
          const name = attempts?.get(one.attempt_id)?.candidate_name ?? '';
          const decided = one.verdict !== 'undecided';
          const how = decided ? VERDICT_WORDS[one.verdict].toLowerCase() : 'warned';
          const by = one.verdict_by === null ? '' : ` by ${one.verdict_by}`;
          return (
            <li key={one.id} className={styles.handled}>
              <time dateTime={new Date(one.last_seen_at).toISOString()}>{clockTime(one.last_seen_at)}</time>
              <span className={styles.clip} title={one.words}>
                <bdi>{name}</bdi>, {SIGNAL_NAMES[one.signal].toLowerCase()}, {how}
                {by}
              </span>
              {decided ? (
                <Button
                  size="small"
                  variant="quiet"
                  aria-label={`Undo for ${name}`}
                  onPress={() => {
                    decide(one.id, 'undecided').catch(toastProblem);
                  }}
                >
                  <Undo2 size={14} aria-hidden /> Undo
                </Button>
              ) : (
                <Button
                  size="small"
                  variant="quiet"
                  aria-label={`Open ${name}`}
                  onPress={() => {
                    view.setState({ opened: one.attempt_id });
                  }}
                >
                  Open
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What remains of the rail beside an opened candidate: that others need somebody. */
export function OtherAlerts({ attemptId }: { attemptId: string }) {
  const { view } = useWall();
  const others = useAlertGroups().filter((group) => group.attemptId !== attemptId);
  const [first] = others;
  const name = useLive((state) =>
    first === undefined ? undefined : state.monitor?.attempts.get(first.attemptId)?.candidate_name,
  );
  if (first === undefined || name === undefined) return null;
  return (
    <div className={styles.others} data-severity={first.severity}>
      <BellRing size={14} aria-hidden />
      <span className={styles.clip}>
        {others.length === 1 ? '1 other alert' : `${others.length} other alerts`}, first {name}
      </span>
      <Button
        size="small"
        onPress={() => {
          view.setState({ opened: first.attemptId });
        }}
      >
        Next <Kbd>A</Kbd>
      </Button>
    </div>
  );
}
