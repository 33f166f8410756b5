import { describe, expect, it } from 'vitest';
import { safeUrl } from './Content';

describe('address of the content', () => {
  it.each([
    'https://forms.example.org/exam?a=1',
    'http://127.0.0.1:9000/exam',
    'http://localhost:9000/',
    'http://[::1]:9000/',
  ])('shows %s', (text) => {
    expect(safeUrl(text)?.href).toBe(text);
  });

  it.each([
    null,
    '',
    'http://forms.example.org/',
    'http://127.0.0.1.example.org/',
    'javascript:alert(1)',
    'data:text/html,hello',
  ])('does not show %s', (text) => {
    expect(safeUrl(text)).toBeNull();
  });
});
