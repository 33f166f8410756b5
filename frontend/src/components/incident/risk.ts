import type { Risk } from '@/api/types';

const TREND_WINDOW_MS = 60_000;
const TREND_POINTS = 1;

export type Trend = 'rising' | 'falling' | 'steady';

/** The risk at a server time: every part halves once in `half_life_s`; a part counts from when it happened. */
export function riskAt(risk: Risk, serverNow: number): number {
  let sum = 0;
  for (const part of risk.parts) {
    if (part.at > serverNow) continue;
    sum += decayed(part.weight, part.at, risk.half_life_s, serverNow);
  }
  return sum;
}

export function decayed(weight: number, at: number, halfLifeS: number, serverNow: number): number {
  return weight * 2 ** (-Math.max(0, serverNow - at) / (halfLifeS * 1000));
}

/** Where it went within the last minute. */
export function trendAt(risk: Risk, serverNow: number): Trend {
  const change = riskAt(risk, serverNow) - riskAt(risk, serverNow - TREND_WINDOW_MS);
  if (change >= TREND_POINTS) return 'rising';
  return change <= -TREND_POINTS ? 'falling' : 'steady';
}
