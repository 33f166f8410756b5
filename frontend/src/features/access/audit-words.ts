import type { AuditEntry } from '@/api/types';
import { dateAndTime, howLong } from '@/format/time';

/** What each action of the audit log is called on the screen; one that is new shows its own name. */
const WORDS: Record<string, string> = {
  'attempt.admit': 'Admitted a candidate',
  'attempt.credit': 'Gave time',
  'attempt.end': 'Ended an attempt',
  'attempt.erase': 'Erased a candidate’s data',
  'attempt.export': 'Exported a record',
  'attempt.message': 'Wrote to a candidate',
  'attempt.mute': 'Muted a candidate',
  'attempt.pause': 'Paused an attempt',
  'attempt.personal_data': 'Exported personal data',
  'attempt.remove': 'Took a candidate out of the live view',
  'attempt.resume': 'Resumed an attempt',
  'attempt.reviewed': 'Closed a review',
  'attempt.warn': 'Warned a candidate',
  'audit.export': 'Exported the audit log',
  'exam.change': 'Changed an exam',
  'exam.create': 'Made an exam',
  'exam.credit': 'Gave time to everybody',
  'exam.live_view': 'Opened a live view',
  'exam.member_removed': 'Removed staff from an exam',
  'exam.member_set': 'Added staff to an exam',
  'exam.message': 'Wrote to all candidates',
  'exam.policy': 'Changed the policy',
  'exam.talk': 'Talked to a candidate',
  'incident.verdict': 'Decided on an incident',
  'invite.new': 'Made a new invite link',
  'invite.revoke': 'Revoked an invite link',
  'key.make': 'Made an API key',
  'key.revoke': 'Revoked an API key',
  'login.ok': 'Logged in',
  'login.refused': 'A login was refused',
  'login.throttled': 'Logins were slowed down',
  'password.change': 'Changed their password',
  'password.set': 'Set a password by a link',
  'roster.add': 'Added a candidate',
  'roster.change': 'Changed a candidate',
  'roster.import': 'Imported candidates',
  'roster.photo': 'Put a roster photo',
  'roster.photo_removed': 'Removed a roster photo',
  'roster.remove': 'Removed a candidate',
  'second_factor.begin': 'Began to set up a second factor',
  'second_factor.new_codes': 'Made new recovery codes',
  'second_factor.off': 'Switched their second factor off',
  'second_factor.on': 'Switched their second factor on',
  'second_factor.reset': 'Reset somebody’s second factor',
  'session.end': 'Signed out another place',
  'session.end_for': 'Signed somebody out',
  'session.end_others': 'Signed out everywhere else',
  'session.log_out': 'Logged out',
  'staff.add': 'Added an account',
  'staff.change': 'Changed an account',
  'staff.link': 'Made a staff link',
  'staff.link_withdrawn': 'Withdrew a staff link',
};

/** The part before the dot, as one chooses it. */
export const FAMILIES = [
  { value: '', label: 'Everything' },
  { value: 'login', label: 'Logins' },
  { value: 'session', label: 'Sessions' },
  { value: 'password', label: 'Passwords' },
  { value: 'second_factor', label: 'Second factors' },
  { value: 'staff', label: 'Accounts' },
  { value: 'key', label: 'API keys' },
  { value: 'exam', label: 'Exams' },
  { value: 'roster', label: 'Rosters' },
  { value: 'invite', label: 'Invite links' },
  { value: 'attempt', label: 'Attempts' },
  { value: 'incident', label: 'Incidents' },
  { value: 'audit', label: 'Audit log' },
] as const;

export type Family = (typeof FAMILIES)[number]['value'];

export function actionWords(entry: AuditEntry): string {
  return WORDS[entry.action] ?? entry.action;
}

export function whoWords(entry: AuditEntry): string {
  const who = entry.actor_name ?? (entry.action.startsWith('login.') ? 'Nobody known' : 'The server');
  return entry.key_name === null ? who : `${who}, by the key ${entry.key_name}`;
}

/** "attempt k6xhttek…": what it was done to; all of the id stands in the spreadsheet. */
export function onWords({ on_kind, on_id }: AuditEntry): string {
  const kind = on_kind.replaceAll('_', ' ');
  return on_id === null ? kind : `${kind} ${on_id.length > 12 ? `${on_id.slice(0, 8)}…` : on_id}`;
}

/** "time: 5 min, role: proctor": what else the entry holds. */
export function detailWords(entry: AuditEntry): string {
  return Object.entries(entry.details)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => detail(name, value))
    .join(', ');
}

function detail(name: string, value: unknown): string {
  if (name === 'seconds' && typeof value === 'number') {
    return `time: ${value < 0 ? '\u2212' : ''}${howLong(Math.abs(value) * 1000)}`;
  }
  const words = name.replaceAll('_', ' ');
  if (name.endsWith('_at') && typeof value === 'number') return `${words}: ${dateAndTime(value)}`;
  return `${words}: ${String(value)}`;
}
