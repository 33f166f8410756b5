import type { Clock } from '@/api/generated/socket';
import { pageNow } from '@/format/page-time';

/** The server's clock as this page knows it: add `aheadMs` to the page's own time (`pageNow`). */
export interface ExamClock {
  clock: Clock;
  aheadMs: number;
}

export function heardNow(clock: Clock): ExamClock {
  return { clock, aheadMs: clock.server_now - pageNow() };
}

/** ms left at the page's own time `now`; stands still while paused; null before the start. */
export function timeLeftMs({ clock, aheadMs }: ExamClock, now: number): number | null {
  if (clock.deadline === null) {
    return null;
  }
  return Math.max(0, clock.deadline - (clock.paused_at ?? now + aheadMs));
}

/** Whether a length in whole words is of one thing alone: "1 second was", "1 minute was". */
export function isOne(seconds: number): boolean {
  return [1, 60, 3600].includes(Math.round(seconds));
}

/** "2 minutes", "1 minute and 5 seconds": a length of time in whole words. */
export function inWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 3600), 'hour'],
    [Math.floor(whole / 60) % 60, 'minute'],
    [whole % 60, 'second'],
  ] as const;
  const said = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`);
  return said.length === 0 ? '0 seconds' : said.join(' and ');
}
