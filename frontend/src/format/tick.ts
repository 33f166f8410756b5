import { useSyncExternalStore } from 'react';
import { pageNow } from '@/format/page-time';

/** One clock for the page: a tick a second while anybody looks, so that all ages on a page move together. */
const listeners = new Set<() => void>();
let now = Date.now();
let steady = pageNow();
let timer: number | undefined;

function look(): void {
  now = Date.now();
  steady = pageNow();
}

function tick(): void {
  look();
  listeners.forEach((listener) => {
    listener();
  });
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    look();
    timer = window.setInterval(tick, 1000);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.clearInterval(timer);
  };
}

/**
 * What `derive` makes of this browser's time, and of the page's own (`pageNow`) for comparing with the server's. The component draws again only when the result changes, so derive
 * text or a rounded number, never an object.
 */
export function useTick<Value extends string | number | boolean | null>(
  derive: (now: number, steady: number) => Value,
): Value {
  return useSyncExternalStore(subscribe, () => derive(now, steady));
}
