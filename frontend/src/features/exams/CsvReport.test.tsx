import { render, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { CsvReport } from './CsvReport';
import { csvField } from './links-csv';

describe('pasted candidates', () => {
  it('shows each wrong row with its line, column and what is wrong, and that nothing was added', () => {
    render(
      <CsvReport
        text={'name,email\nAda,ada@example.org\nGrace,not an address'}
        result={{
          added: [],
          would_add: 1,
          errors: [{ row: 3, column: 'email', message: 'This is no email address.' }],
        }}
      />,
    );

    expect(screen.getByRole('alert')).toHaveTextContent('Nothing was added');
    const row = within(screen.getByRole('row', { name: /no email address/ }));
    expect(row.getByRole('rowheader')).toHaveTextContent('3');
    expect(row.getByText('email')).toBeInTheDocument();
    expect(row.getByText('Grace,not an address')).toBeInTheDocument();
  });

  it('says how many would be added when nothing is wrong', () => {
    render(<CsvReport text="" result={{ added: [], would_add: 2, errors: [] }} />);

    expect(screen.getByRole('status')).toHaveTextContent('2 candidates would be added');
  });

  it('quotes what needs quotes in the links’ file, and defuses what a spreadsheet would run', () => {
    expect(csvField('Ada "the first", Lovelace')).toBe('"Ada ""the first"", Lovelace"');
    expect(csvField('=1+1')).toBe("'=1+1");
  });
});
