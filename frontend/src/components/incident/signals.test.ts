import { expect, it } from 'vitest';
import { inGroups, SIGNAL_NAMES } from './signals';
import type { Signal } from '@/api/types';

it('every signal is in one group, and none falls to the rest', () => {
  const all = (Object.keys(SIGNAL_NAMES) as Signal[]).map((signal) => ({ signal }));
  const groups = inGroups(all);
  expect(groups.map((group) => group.name)).not.toContain('Other');
  expect(groups.flatMap((group) => group.members)).toHaveLength(all.length);
});

it('a signal of a newer server is shown all the same, and empty groups are not', () => {
  const groups = inGroups([{ signal: 'aura' as Signal }, { signal: 'phone' }]);
  expect(groups.map((group) => group.name)).toEqual(['Objects', 'Other']);
});
