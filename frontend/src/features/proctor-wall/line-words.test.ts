import { describe, expect, it } from 'vitest';
import { attempt } from '@/test/monitor-fixtures';
import { lineShort, lineWhole } from './line-words';

describe('the words of a slow network', () => {
  it('are none while all is well or nobody is there', () => {
    expect(lineShort(attempt())).toBe('');
    expect(lineShort(attempt({ bandwidth_rung: 4, connected: false }))).toBe('');
    expect(lineShort(attempt({ bandwidth_rung: 4, state: 'submitted' }))).toBe('');
  });

  it('say on each rung what is left out', () => {
    const rungs = [1, 2, 3, 4, 5] as const;
    const words = rungs.map((bandwidth_rung) => lineShort(attempt({ bandwidth_rung })));
    expect(new Set(words).size).toBe(rungs.length);
    expect(lineShort(attempt({ bandwidth_rung: 2 }))).toBe('Slow network: recording comes later');
    expect(lineWhole(attempt({ bandwidth_rung: 2 }))).toContain('comes later');
  });
});
