import { ArrowDownWideNarrow, Clock, MessageSquare, Search } from 'lucide-react';
import { useMemo } from 'react';
import type { AttemptCard } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { Kbd } from '@/components/ui/Kbd';
import { Segmented } from '@/components/ui/Segmented';
import { StateMark, type ShownState } from '@/components/ui/StateMark';
import { clockOrDay, countdown } from '@/format/time';
import { useAlertGroups } from './AlertRail';
import { inFilter, type Filter } from './need';
import { useServerTick } from './server-time';
import { sortWall } from './TileGrid';
import { useLive, useView, useWall } from './wall-context';
import styles from './WallHeader.module.css';

const NOBODY: ReadonlyMap<string, AttemptCard> = new Map();

export function ExamClock() {
  const exam = useLive((state) => state.monitor?.exam);
  const opensAt = exam?.opens_at ?? 0;
  const closesAt = exam?.closes_at ?? 0;
  const left = useServerTick((now) => countdown((now < opensAt ? opensAt : closesAt) - now));
  const opens = useServerTick((now) => clockOrDay(opensAt, now));
  const closes = useServerTick((now) => clockOrDay(closesAt, now));
  const phase = useServerTick((now) => (now < opensAt ? 'planned' : now < closesAt ? 'open' : 'over'));
  if (exam === undefined) return null;
  return (
    <p className={styles.clock}>
      {phase === 'over' ? (
        <span>closed {closes}</span>
      ) : (
        <>
          <strong>{left}</strong>{' '}
          <span>{phase === 'planned' ? `until it opens, ${opens}` : `left, ends ${closes}`}</span>
        </>
      )}
    </p>
  );
}

const FILTERS: readonly { filter: Filter; state: ShownState | null; word: string; always: boolean }[] = [
  { filter: 'all', state: null, word: 'All', always: true },
  { filter: 'live', state: 'live', word: 'Live', always: true },
  { filter: 'waiting', state: 'waiting', word: 'Waiting', always: true },
  { filter: 'paused', state: 'paused', word: 'Paused', always: true },
  { filter: 'offline', state: 'offline', word: 'Offline', always: true },
  { filter: 'hands', state: null, word: 'Hands up', always: false },
  { filter: 'over', state: 'submitted', word: 'Over', always: false },
];

/** How many there are of each, and a press shows only them. */
export function Counts() {
  const { view } = useWall();
  const attempts = useLive((state) => state.monitor?.attempts ?? NOBODY);
  const current = useView((state) => state.filter);
  const counts = useMemo(() => {
    const cards = [...attempts.values()];
    return new Map(
      FILTERS.map(({ filter }) => [filter, cards.filter((card) => inFilter(card, filter)).length]),
    );
  }, [attempts]);
  return (
    <div className={styles.counts} role="group" aria-label="Show only">
      {FILTERS.filter(
        ({ filter, always }) => always || filter === current || (counts.get(filter) ?? 0) > 0,
      ).map(({ filter, state, word }) => (
        <button
          key={filter}
          type="button"
          aria-pressed={filter === current}
          onClick={() => {
            view.setState({ filter: filter === current ? 'all' : filter, tab: 'wall' });
          }}
        >
          {state === null ? word : <StateMark state={state}>{word}</StateMark>}{' '}
          <b>{counts.get(filter) ?? 0}</b>
        </button>
      ))}
    </div>
  );
}

const SIZES = [
  { value: 's', label: 'S' },
  { value: 'm', label: 'M' },
  { value: 'l', label: 'L' },
] as const;

export function Tools() {
  const wall = useWall();
  const { view, mayAct } = wall;
  const search = useView((state) => state.search);
  const size = useView((state) => state.size);
  const tab = useView((state) => state.tab);
  const behind = useView((state) => state.behind);
  const alerts = useAlertGroups().length;
  return (
    <div className={styles.tools}>
      <label className={styles.search}>
        <Search size={14} aria-hidden />
        <span className="visually-hidden">Find a candidate</span>
        <input
          type="search"
          data-wall-search
          placeholder="Find a candidate"
          value={search}
          onChange={(event) => {
            view.setState({ search: event.target.value });
          }}
        />
        <Kbd>/</Kbd>
      </label>
      <p className={styles.order} role="status">
        {behind ? (
          <>
            Order held{' '}
            <Button
              size="small"
              onPress={() => {
                sortWall(wall, true);
              }}
            >
              <ArrowDownWideNarrow size={14} aria-hidden /> Sort now <Kbd>S</Kbd>
            </Button>
          </>
        ) : (
          'Most in need first'
        )}
      </p>
      <span className={styles.tabs}>
        <Segmented
          label="Show"
          value={tab}
          options={[
            { value: 'wall', label: 'Wall' },
            { value: 'alerts', label: `Alerts ${alerts}` },
          ]}
          onChange={(chosen) => {
            view.setState({ tab: chosen });
          }}
        />
      </span>
      <Segmented
        label="Tile size"
        value={size}
        options={SIZES}
        onChange={(chosen) => {
          view.setState({ size: chosen });
        }}
      />
      {mayAct && (
        <>
          <Button
            onPress={() => {
              view.setState({ dialog: { is: 'time_all' } });
            }}
          >
            <Clock size={14} aria-hidden /> Time for all…
          </Button>
          <Button
            onPress={() => {
              view.setState({ dialog: { is: 'message_all' } });
            }}
          >
            <MessageSquare size={14} aria-hidden /> Message all…
          </Button>
        </>
      )}
    </div>
  );
}
