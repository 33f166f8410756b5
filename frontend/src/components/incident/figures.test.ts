import { expect, it } from 'vitest';
import { figure, label } from './figures';

it.each([
  ['beyond_deg', 21.3, 'beyond the own range', '21.30°'],
  ['level_dbfs', -32, 'loudness', '-32 dBFS'],
  ['held_s', 4.25, 'held', '4.25 s'],
  ['faces', 2, 'faces', '2'],
  ['best_score', 0.4213, 'best score', '0.42'],
])('%s %f reads "%s: %s"', (name, value, words, number) => {
  expect(label(name)).toBe(words);
  expect(figure(name, value)).toBe(number);
});
