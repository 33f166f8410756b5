import { expect, it } from 'vitest';
import { offLine, offReasons } from './words';

it('what is off is one line, with the reasons where there is room', () => {
  const off = [
    { detector: 'gaze' as const, reason: 'Glasses reflect.' },
    { detector: 'speech' as const, reason: '' },
  ];
  expect(offLine(off)).toBe('Not used here: gaze, speech');
  expect(offReasons(off)).toBe('Not used here: gaze (Glasses reflect); speech');
});
