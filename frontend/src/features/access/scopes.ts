import type { ApiKey } from '@/api/types';

type Scope = ApiKey['scopes'][number];

/** What each scope of an API key lets a program do. */
export const SCOPES: readonly { scope: Scope; says: string }[] = [
  { scope: 'exams:read', says: 'Read exams, policies and their staff' },
  { scope: 'exams:write', says: 'Make and change exams, policies and their staff' },
  { scope: 'roster:read', says: 'Read candidates and their links' },
  { scope: 'roster:write', says: 'Add, change and remove candidates and links' },
  { scope: 'attempts:read', says: 'Read attempts, incidents and the wall' },
  { scope: 'export:read', says: 'Download signed records of attempts' },
  { scope: 'audit:read', says: 'Read the audit log' },
];
