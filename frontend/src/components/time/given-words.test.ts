import { describe, expect, it } from 'vitest';
import { givenWhy, signedTime } from '@/components/time/given-words';

describe('what was given back', () => {
  it('is signed, in minutes and seconds', () => {
    expect(signedTime(0.4)).toBe('+ 0:00');
    expect(signedTime(48)).toBe('+ 0:48');
    expect(signedTime(125)).toBe('+ 2:05');
    expect(signedTime(-3600)).toBe('− 1:00:00');
  });

  it('says why, and which way a proctor moved it', () => {
    expect(givenWhy({ reason: 'network_loss', seconds: 10 })).toBe('The connection was lost');
    expect(givenWhy({ reason: 'proctor', seconds: 60 })).toBe('Given by a proctor');
    expect(givenWhy({ reason: 'proctor', seconds: -60 })).toBe('Taken back by a proctor');
  });
});
