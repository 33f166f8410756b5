import { useSyncExternalStore } from 'react';

/** One clock for the page: a tick a second while anybody looks, so that all ages on a page move together. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

function tick(): void {
  now = Date.now();
  listeners.forEach((listener) => {
    listener();
  });
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now();
    timer = window.setInterval(tick, 1000);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.clearInterval(timer);
  };
}

/**
 * What `derive` makes of this browser's time. The component draws again only when the result changes, so derive
 * text or a rounded number, never an object.
 */
export function useTick<Value extends string | number | boolean | null>(
  derive: (now: number) => Value,
): Value {
  return useSyncExternalStore(subscribe, () => derive(now));
}
