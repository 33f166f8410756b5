import type { Playback } from './playback';

type Act = (playback: Playback) => void;

const KEYS: Record<string, Act> = {
  ' ': (playback) => {
    playback.toggle();
  },
  k: (playback) => {
    playback.toggle();
  },
  j: (playback) => {
    playback.by(-10);
  },
  l: (playback) => {
    playback.by(10);
  },
  arrowleft: (playback) => {
    playback.by(-5);
  },
  arrowright: (playback) => {
    playback.by(5);
  },
  '<': (playback) => {
    playback.changeRate(-1);
  },
  '>': (playback) => {
    playback.changeRate(1);
  },
};

/** What a key means inside the player; a button keeps its space, the choice of speed all its keys. */
export function playerKey(event: KeyboardEvent): Act | null {
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest('select') !== null) return null;
  if (event.key === ' ' && target.closest('button') !== null) return null;
  return KEYS[event.key.toLowerCase()] ?? null;
}
