import { describe, expect, it } from 'vitest';
import type { Risk } from '@/api/types';
import { riskAt, trendAt } from './risk';

const MINUTE = 60_000;
const risk = (...parts: [weight: number, at: number][]): Risk => ({
  value: 0,
  as_of: 0,
  half_life_s: 600,
  parts: parts.map(([weight, at], index) => ({ incident_id: String(index), signal: 'no_face', weight, at })),
});

describe('risk', () => {
  it('halves once in a half-life, part by part', () => {
    expect(riskAt(risk([20, 0]), 0)).toBe(20);
    expect(riskAt(risk([20, 0]), 10 * MINUTE)).toBeCloseTo(10);
    expect(riskAt(risk([20, 0], [8, 10 * MINUTE]), 20 * MINUTE)).toBeCloseTo(5 + 4);
  });

  it('is nothing without parts, and a part counts only once it has happened', () => {
    expect(riskAt(risk(), MINUTE)).toBe(0);
    expect(riskAt(risk([20, 5 * MINUTE]), MINUTE)).toBe(0);
  });

  it('says where it went within the last minute', () => {
    expect(trendAt(risk([20, 0]), 30_000)).toBe('rising');
    expect(trendAt(risk([10, 0]), 5 * MINUTE)).toBe('steady');
    expect(trendAt(risk([40, 0]), 5 * MINUTE)).toBe('falling');
  });
});
