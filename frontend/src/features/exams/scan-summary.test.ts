import { describe, expect, it } from 'vitest';
import { scanSummary } from './scan-summary';

const plan = { interval_s: 1, head_period_s: 1, identity_period_s: 15, objects_period_s: 5, speech: true };

describe('the plan in one line', () => {
  it('says how often each detector looks', () => {
    expect(scanSummary(plan)).toBe(
      'faces every second, head and eyes every second, who it is every 15 s, objects every 5 s',
    );
  });

  it('names what never runs', () => {
    expect(scanSummary({ ...plan, objects_period_s: 0, speech: false })).toBe(
      'faces every second, head and eyes every second, who it is every 15 s, never: objects, voices',
    );
  });

  it('promises nothing more often than there are pictures', () => {
    expect(scanSummary({ ...plan, interval_s: 2 })).toContain('head and eyes every 2 s');
  });
});
