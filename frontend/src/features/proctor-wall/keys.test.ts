import { describe, expect, it } from 'vitest';
import { commandFor, moved, type Where } from './keys';

const key = (name: string, held = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});
const ON_WALL: Where = { typing: false, dialog: false, onWall: true, onControl: false };

describe('keys of the wall', () => {
  it.each([
    ['ArrowDown', { do: 'move', to: 'down' }],
    ['Enter', { do: 'open' }],
    ['W', { do: 'warn' }],
    ['m', { do: 'message' }],
    ['p', { do: 'pause_or_resume' }],
    ['d', { do: 'dismiss' }],
    ['/', { do: 'search' }],
    ['?', { do: 'help' }],
    ['a', { do: 'next_alert' }],
    ['Escape', { do: 'close' }],
    ['x', null],
  ])('%s', (name, command) => {
    expect(commandFor(key(name), ON_WALL)).toEqual(command);
  });

  it('leaves letters to fields, everything to dialogs, and shortcuts to the browser', () => {
    expect(commandFor(key('w'), { ...ON_WALL, typing: true })).toBeNull();
    expect(commandFor(key('Escape'), { ...ON_WALL, typing: true })).toEqual({ do: 'close' });
    expect(commandFor(key('Escape'), { ...ON_WALL, dialog: true })).toBeNull();
    expect(commandFor(key('p', { ctrlKey: true }), ON_WALL)).toBeNull();
    expect(commandFor(key('Enter'), { ...ON_WALL, onWall: false, onControl: true })).toBeNull();
  });

  it.each([
    [0, 'right', 1],
    [0, 'left', 0],
    [1, 'down', 4],
    [2, 'down', 5],
    [5, 'down', 6],
    [6, 'down', 6],
    [6, 'up', 3],
    [-1, 'down', 0],
  ] as const)('from tile %i %s to tile %i in rows of three', (from, to, target) => {
    expect(moved(from, to, 3, 7)).toBe(target);
  });
});
