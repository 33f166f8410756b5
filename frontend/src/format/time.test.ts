import { describe, expect, it } from 'vitest';
import {
  clockOrDay,
  clockTime,
  countdown,
  dateAndTime,
  fromLocalField,
  howLong,
  span,
  toLocalField,
  zoneName,
} from './time';

const AT = Date.UTC(2026, 10, 22, 23, 30, 8);
const HOUR = 3_600_000;

describe('times', () => {
  it('are shown in the viewer’s zone, with the day that is there', () => {
    expect(clockTime(AT, true, 'UTC')).toBe('23:30:08');
    expect(clockTime(AT, false, 'Asia/Kathmandu')).toBe('05:15');
    expect(dateAndTime(AT, 'UTC')).toBe('Sun 22 Nov 2026, 23:30');
    expect(dateAndTime(AT, 'Asia/Tokyo')).toBe('Mon 23 Nov 2026, 08:30');
    expect(zoneName(AT, 'America/New_York')).toBe('America/New_York (GMT-5)');
  });

  it('name the day where it is not the viewer’s today', () => {
    expect(clockOrDay(AT, AT - HOUR, 'UTC')).toBe('23:30');
    expect(clockOrDay(AT + HOUR, AT, 'UTC')).toBe('Mon 23 Nov, 00:30');
    expect(clockOrDay(AT + HOUR, AT, 'Asia/Tokyo')).toBe('09:30');
  });

  it('name the second day of a span only where it is another one', () => {
    expect(span(AT, AT + HOUR, 'Asia/Tokyo')).toBe('Mon 23 Nov 2026, 08:30 to 09:30');
    expect(span(AT, AT + HOUR, 'UTC')).toBe('Sun 22 Nov 2026, 23:30 to Mon 23 Nov 2026, 00:30');
  });

  it('survive a field in the browser’s zone', () => {
    const minute = AT - (AT % 60_000);
    expect(fromLocalField(toLocalField(minute))).toBe(minute);
    expect(fromLocalField('')).toBeNull();
  });

  it('count down and tell ages', () => {
    expect(countdown(4_360_000)).toBe('1:12:40');
    expect(countdown(59_400)).toBe('01:00');
    expect(countdown(50 * HOUR)).toBe('2 d 2 h');
    expect(countdown(-5)).toBe('00:00');
    expect([howLong(48_000), howLong(125_000), howLong(3_900_000)]).toEqual(['48 s', '2 min', '1 h 5 min']);
  });
});
