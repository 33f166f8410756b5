import { describe, expect, it } from 'vitest';
import { csvField } from './links-csv';

describe('csvField', () => {
  it.each(['=cmd|x', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '\u00a0=1', '\uff1d1'])(
    'makes %j plain text',
    (value) => {
      expect(csvField(value).replace(/^"/, '')).toMatch(/^'/);
    },
  );

  it('leaves names alone and quotes what would end the field', () => {
    expect(csvField('Ada Lovelace')).toBe('Ada Lovelace');
    expect(csvField('Lovelace, "Ada"')).toBe('"Lovelace, ""Ada"""');
  });
});
