import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Markdown } from '@/components/ui/Markdown';

test('draws tables, starts headings below the page title and never takes raw HTML', () => {
  render(
    <Markdown
      text={'# Spread\n\n| class | mean |\n|---|---:|\n| A | 71 |\n\n<img src=x onerror=alert(1)>'}
    />,
  );
  expect(screen.getByRole('heading', { level: 2, name: 'Spread' })).toBeVisible();
  expect(screen.getByRole('cell', { name: '71' })).toBeVisible();
  expect(screen.queryByRole('img')).toBeNull();
});
