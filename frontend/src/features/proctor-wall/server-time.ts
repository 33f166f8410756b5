import type { AttemptCard } from '@/api/types';
import { countdown } from '@/format/time';
import { useTick } from '@/format/tick';
import { useLive } from './wall-context';

/** What `derive` makes of the server's time, once a second. */
export function useServerTick<Value extends string | number | boolean | null>(
  derive: (serverNow: number) => Value,
): Value {
  const skewMs = useLive((state) => state.skewMs);
  return useTick((_, steady) => derive(steady + skewMs));
}

/** Time left in ms; a paused clock stands still; null before the start. */
function timeLeft(clock: AttemptCard['clock'], serverNow: number): number | null {
  if (clock.deadline === null) return null;
  return clock.deadline - (clock.paused_at ?? serverNow);
}

export function leftWords(card: AttemptCard, serverNow: number): string | null {
  if (card.state !== 'live' && card.state !== 'paused') return null;
  const left = timeLeft(card.clock, serverNow);
  return left === null ? null : countdown(left);
}
