import { describe, expect, it } from 'vitest';
import { clockSummary } from './ClockGroup';

describe('the rule of the clock in one line', () => {
  it('says what is given back of each', () => {
    const limits = { server_credit_limit_s: 86_400, network_credit_limit_s: 300, pause_limit_s: 86_400 };
    expect(clockSummary(limits)).toBe(
      'pause: all of it, server away: all of it, lost connection: up to 300 s',
    );
    expect(clockSummary({ ...limits, server_credit_limit_s: 0 })).toContain('server away: nothing');
  });
});
