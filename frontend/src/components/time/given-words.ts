import type { GivenBack } from '@/api/generated/socket';

export type { GivenBack } from '@/api/generated/socket';

/** Why, in plain words; the same for the candidate, the proctor and the reviewer. */
export function givenWhy({ reason, seconds }: Pick<GivenBack, 'reason' | 'seconds'>): string {
  switch (reason) {
    case 'pause':
      return 'The exam was paused';
    case 'server_fault':
      return 'The server was away';
    case 'network_loss':
      return 'The connection was lost';
    case 'proctor':
      return seconds < 0 ? 'Taken back by a proctor' : 'Given by a proctor';
  }
}

/** "+ 2:05", "+ 0:48", "− 1:00:00": minutes and seconds, with the sign that says which way. */
export function signedTime(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const words = hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  return `${seconds < 0 ? '−' : '+'} ${words}`;
}
