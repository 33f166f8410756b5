import { useEffect, useMemo } from 'react';
import { incidentsOf } from '@/api/monitor-state';
import { resume, useAct } from './actions';
import { alertGroups } from './alerts';
import { commandFor, moved, type Command, type Direction } from './keys';
import { openAlerts } from './need';
import { sortWall } from './TileGrid';
import { useWall, type Wall } from './wall-context';

const tiles = () => [...document.querySelectorAll<HTMLElement>('[data-tiles] [data-attempt]')];

function where(target: EventTarget | null) {
  const element = target instanceof HTMLElement ? target : document.body;
  const onTile = element.dataset.attempt !== undefined;
  return {
    typing: element.matches('input, textarea, select, [contenteditable]'),
    dialog: element.closest('[role=dialog], [role=alertdialog]') !== null,
    onWall: onTile || element === document.body,
    onControl: !onTile && element.closest('button, a') !== null,
  };
}

function move(wall: Wall, to: Direction): void {
  const all = tiles();
  const [first] = all;
  if (first === undefined) return;
  // As many columns as tiles beside the first one.
  const top = first.getBoundingClientRect().top;
  const columns = all.findIndex((tile) => tile.getBoundingClientRect().top > top + 8);
  const { focused } = wall.view.getState();
  const index = all.findIndex((tile) => tile.dataset.attempt === focused);
  const target = all[moved(index, to, columns < 0 ? all.length : columns, all.length)];
  target?.focus();
  target?.scrollIntoView({ block: 'nearest' });
}

function stepOpened({ view }: Wall, by: 1 | -1): void {
  const { order, opened, focused } = view.getState();
  const index = order.indexOf(opened ?? focused ?? '');
  const next = order[(index + by + order.length) % order.length];
  if (next !== undefined) view.setState({ opened: next, focused: next });
}

function openNextAlert({ socket, view }: Wall): void {
  const { monitor } = socket.store.getState();
  if (monitor === null) return;
  const groups = alertGroups(monitor.incidents);
  const { opened } = view.getState();
  const index = groups.findIndex((group) => group.attemptId === opened);
  const next = groups[(index + 1) % Math.max(1, groups.length)];
  if (next !== undefined) view.setState({ opened: next.attemptId, focused: next.attemptId });
}

/** Close what is open, and give the focus back to the tile it came from. */
function close({ view }: Wall): void {
  const { opened, search } = view.getState();
  const field = document.activeElement;
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
    field.blur();
    if (field.matches('[data-wall-search]') && search !== '') view.setState({ search: '' });
    return;
  }
  if (opened === null) return;
  view.setState({ opened: null });
  requestAnimationFrame(() => {
    tiles()
      .find((tile) => tile.dataset.attempt === opened)
      ?.focus();
  });
}

/** The wall's keys; returns the step to the previous or next candidate for the panel's buttons. */
export function useWallKeys(): (by: 1 | -1) => void {
  const wall = useWall();
  const { act, dismiss } = useAct();
  useEffect(() => {
    const { socket, view, mayAct } = wall;

    const aboutOne = (what: 'warn' | 'message' | 'pause_or_resume' | 'dismiss') => {
      const { opened, focused } = view.getState();
      const { monitor } = socket.store.getState();
      const attemptId = opened ?? focused;
      const card = attemptId === null ? undefined : monitor?.attempts.get(attemptId);
      if (card === undefined || attemptId === null) return;
      if (what === 'dismiss') {
        const newest = openAlerts(incidentsOf(monitor, attemptId)).at(-1);
        if (newest !== undefined) dismiss([newest.id], card.candidate_name);
      } else if (!mayAct) {
        return;
      } else if (what === 'message') {
        view.setState({ dialog: { is: 'message', attemptId } });
      } else if (what === 'warn') {
        if (card.state === 'live' || card.state === 'paused')
          view.setState({ dialog: { is: 'warn', attemptId } });
      } else if (card.state === 'paused') {
        act({ run: () => resume(attemptId), done: `${card.candidate_name} goes on.` });
      } else if (card.state === 'live') {
        view.setState({ dialog: { is: 'pause', attemptId } });
      }
    };

    const run = (command: Command) => {
      switch (command.do) {
        case 'move':
          move(wall, command.to);
          break;
        case 'open': {
          const { focused } = view.getState();
          if (focused !== null) view.setState({ opened: focused });
          break;
        }
        case 'search':
          document.querySelector<HTMLInputElement>('[data-wall-search]')?.focus();
          break;
        case 'help':
          view.setState({ dialog: { is: 'keys' } });
          break;
        case 'next_alert':
          openNextAlert(wall);
          break;
        case 'sort':
          sortWall(wall, true);
          break;
        case 'previous':
          stepOpened(wall, -1);
          break;
        case 'next':
          stepOpened(wall, 1);
          break;
        case 'close':
          close(wall);
          break;
        case 'warn':
        case 'message':
        case 'pause_or_resume':
        case 'dismiss':
          aboutOne(command.do);
          break;
      }
    };

    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const command = commandFor(event, where(event.target));
      if (command === null) return;
      event.preventDefault();
      run(command);
    };
    window.addEventListener('keydown', pressed);
    return () => {
      window.removeEventListener('keydown', pressed);
    };
  }, [wall, act, dismiss]);
  return useMemo(
    () => (by: 1 | -1) => {
      stepOpened(wall, by);
    },
    [wall],
  );
}
