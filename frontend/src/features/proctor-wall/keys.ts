/** Which key does what on the wall. Pure: the page gives what was pressed and where, and gets a command. */

export type Direction = 'left' | 'right' | 'up' | 'down';

export type Command =
  | { readonly do: 'move'; readonly to: Direction }
  | {
      readonly do:
        | 'open'
        | 'warn'
        | 'message'
        | 'pause_or_resume'
        | 'dismiss'
        | 'search'
        | 'help'
        | 'next_alert'
        | 'sort'
        | 'previous'
        | 'next'
        | 'close';
    };

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

export interface Where {
  /** A field that takes text has the focus: its letters are its own. */
  readonly typing: boolean;
  /** A dialog is open: it has its own keys. */
  readonly dialog: boolean;
  /** The focus is on a tile, or nowhere in particular. */
  readonly onWall: boolean;
  /** A button or link other than a tile has the focus: Enter is its own. */
  readonly onControl: boolean;
}

const ARROWS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

const LETTERS: Record<string, Exclude<Command['do'], 'move'>> = {
  w: 'warn',
  m: 'message',
  p: 'pause_or_resume',
  d: 'dismiss',
  a: 'next_alert',
  s: 'sort',
  '/': 'search',
  '?': 'help',
  '[': 'previous',
  ']': 'next',
  k: 'previous',
  j: 'next',
};

export function commandFor(pressed: Pressed, where: Where): Command | null {
  if (where.dialog || pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  if (pressed.key === 'Escape') return { do: 'close' };
  if (where.typing) return null;
  const to = ARROWS[pressed.key];
  if (to !== undefined) return where.onWall ? { do: 'move', to } : null;
  if (pressed.key === 'Enter') return where.onWall && !where.onControl ? { do: 'open' } : null;
  const command = LETTERS[pressed.key.toLowerCase()];
  return command === undefined ? null : { do: command };
}

/** Where the focus goes from `index` in a grid of `count` tiles. */
export function moved(index: number, to: Direction, columns: number, count: number): number {
  if (count === 0) return -1;
  if (index < 0) return 0;
  const step = { left: -1, right: 1, up: -columns, down: columns }[to];
  const target = index + step;
  if (target >= 0 && target < count) return target;
  // Down from the last full row goes to the last tile of the short one.
  const lastRow = Math.floor((count - 1) / columns);
  return to === 'down' && Math.floor(index / columns) < lastRow ? count - 1 : index;
}

export const KEY_HELP: readonly { keys: readonly string[]; does: string }[] = [
  { keys: ['←', '↑', '↓', '→'], does: 'Move between the tiles' },
  { keys: ['Enter'], does: 'Open the candidate' },
  { keys: ['J', 'K'], does: 'Next and previous candidate (also ] and [)' },
  { keys: ['A'], does: 'Open the next alert' },
  { keys: ['W'], does: 'Warn' },
  { keys: ['M'], does: 'Message' },
  { keys: ['P'], does: 'Pause, or resume when paused' },
  { keys: ['D'], does: 'Dismiss the newest alert of the candidate' },
  { keys: ['S'], does: 'Sort the wall now' },
  { keys: ['/'], does: 'Search' },
  { keys: ['Esc'], does: 'Close the candidate, or leave the search' },
  { keys: ['?'], does: 'Show these keys' },
];
