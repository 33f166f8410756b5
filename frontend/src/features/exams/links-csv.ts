import type { Candidate } from '@/api/types';

// Spreadsheets trim what is in front, and some take full-width signs for their plain ones.
const FORMULA = /^[ \u00a0\u3000\ufeff]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** A field as RFC 4180 has it; one that a spreadsheet would run as a formula is made plain text. */
export function csvField(value: string): string {
  const plain = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

export function linksCsv(candidates: readonly Candidate[]): string {
  const rows = candidates.map((one) =>
    [one.name, one.email ?? '', one.ref ?? '', String(one.extra_time_s / 60), one.link]
      .map(csvField)
      .join(','),
  );
  return ['name,email,ref,extra_minutes,link', ...rows, ''].join('\r\n');
}

export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
