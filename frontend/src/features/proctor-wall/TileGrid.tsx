import { useEffect, useRef } from 'react';
import { incidentsOf } from '@/api/monitor-state';
import { EmptyState } from '@/components/ui/EmptyState';
import { pageNow } from '@/format/page-time';
import { byNeed, inFilter, matches, nextOrder, sameOrder } from './need';
import { Tile } from './Tile';
import { useLive, useView, useWall, type Wall } from './wall-context';
import styles from './TileGrid.module.css';

const SORT_EVERY_MS = 1_000;

/** Work out the order again; `now` means at the proctor's wish, whatever holds it. */
export function sortWall({ socket, view }: Wall, now = false): void {
  const { monitor, skewMs } = socket.store.getState();
  if (monitor === null) return;
  const { filter, search, held, order, behind } = view.getState();
  const cards = [...monitor.attempts.values()].filter(
    (card) => inFilter(card, filter) && matches(card, search),
  );
  const wanted = byNeed(cards, (id) => incidentsOf(monitor, id), pageNow() + skewMs);
  const next = nextOrder(order, wanted, held && !now);
  const stays = !sameOrder(next, wanted);
  if (next !== order || stays !== behind) view.setState({ order: next, behind: stays });
}

/** Sorts once a second, and at once when the list itself changes. */
function useSorting(): void {
  const wall = useWall();
  const people = useLive((state) => state.monitor?.attempts.size);
  const filter = useView((view) => view.filter);
  const search = useView((view) => view.search);
  useEffect(() => {
    sortWall(wall, true);
  }, [wall, people, filter, search]);
  useEffect(() => {
    const timer = window.setInterval(() => {
      sortWall(wall);
    }, SORT_EVERY_MS);
    return () => {
      window.clearInterval(timer);
    };
  }, [wall]);
}

export function TileGrid() {
  const wall = useWall();
  const { view, examId } = wall;
  useSorting();
  const order = useView((state) => state.order);
  const size = useView((state) => state.size);
  const focused = useView((state) => state.focused);
  const people = useLive((state) => state.monitor?.attempts.size ?? 0);
  const list = useRef<HTMLUListElement>(null);
  const stop = focused !== null && order.includes(focused) ? focused : order[0];

  const hold = (held: boolean) => {
    if (view.getState().held !== held) view.setState({ held });
  };
  if (people === 0) {
    return (
      <EmptyState title="Nobody is invited yet">
        <p>
          Add candidates on <a href={`/exams/${examId}`}>the exam&apos;s page</a> and send them their links.
        </p>
      </EmptyState>
    );
  }
  if (order.length === 0) {
    return (
      <EmptyState title="Nobody matches">
        <p>Change the search or choose “All” above.</p>
      </EmptyState>
    );
  }
  return (
    // Not a control: it only notices that pointer or focus are on the tiles, to hold their order.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ul
      ref={list}
      className={styles.tiles}
      data-size={size}
      data-tiles
      aria-label="Candidates, most in need first"
      onPointerEnter={() => {
        hold(true);
      }}
      onPointerLeave={() => {
        hold(list.current?.contains(document.activeElement) ?? false);
      }}
      onFocus={() => {
        hold(true);
      }}
      onBlur={(event) => {
        const within = event.currentTarget.contains(event.relatedTarget);
        hold(within || event.currentTarget.matches(':hover'));
      }}
    >
      {order.map((attemptId) => (
        <Tile key={attemptId} attemptId={attemptId} tabbable={attemptId === stop} />
      ))}
    </ul>
  );
}
