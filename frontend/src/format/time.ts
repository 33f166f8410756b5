/** Times as people read them. Everything comes in as ms since the epoch and is shown in the viewer's zone. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const inZone = (options: Intl.DateTimeFormatOptions, zone?: string) =>
  new Intl.DateTimeFormat('en-GB', zone === undefined ? options : { ...options, timeZone: zone });

/** "14:47" or, with seconds, "14:47:08". */
export function clockTime(at: number, seconds = false, zone?: string): string {
  const options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  return inZone(seconds ? { ...options, second: '2-digit' } : options, zone).format(at);
}

/** "Mon 3 Nov 2025, 14:47". */
export function dateAndTime(at: number, zone?: string): string {
  const day = inZone({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }, zone);
  return `${day.format(at).replace(',', '')}, ${clockTime(at, false, zone)}`;
}

/** "14:47" on the day of `now`, otherwise "Mon 3 Nov, 14:47". */
export function clockOrDay(at: number, now: number, zone?: string): string {
  const date = inZone({ dateStyle: 'short' }, zone);
  if (date.format(at) === date.format(now)) return clockTime(at, false, zone);
  const day = inZone({ weekday: 'short', day: 'numeric', month: 'short' }, zone).format(at);
  return `${day.replace(',', '')}, ${clockTime(at, false, zone)}`;
}

/** "Mon 3 Nov 2025, 14:00 to 16:00", with the second day only where it is another one. */
export function span(from: number, to: number, zone?: string): string {
  const day = inZone({ dateStyle: 'short' }, zone);
  const until = day.format(from) === day.format(to) ? clockTime(to, false, zone) : dateAndTime(to, zone);
  return `${dateAndTime(from, zone)} to ${until}`;
}

/** The viewer's zone with its distance from UTC at that time: "Europe/Berlin (GMT+1)". */
export function zoneName(at: number, zone?: string): string {
  const format = inZone({ timeZoneName: 'shortOffset' }, zone);
  const offset = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? '';
  return `${format.resolvedOptions().timeZone} (${offset})`;
}

/** Time left as "2 d 4 h", "1:12:40" or "12:40"; never below zero. */
export function countdown(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / SECOND));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  const rest = `${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** "48 s", "2 min", "1 h 5 min": how long something has been. */
export function howLong(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  const hours = Math.floor(ms / HOUR);
  return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
}

/** What a `datetime-local` field holds for this moment, in the browser's zone. */
export function toLocalField(at: number): string {
  const here = new Date(at);
  return new Date(at - here.getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);
}

/** The moment a `datetime-local` field means, or null while it holds none. */
export function fromLocalField(text: string): number | null {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}
