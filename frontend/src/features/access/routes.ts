import type { RouteObject } from 'react-router';

export const accessRoutes: RouteObject[] = [
  { path: '/api-keys', lazy: async () => ({ Component: (await import('./ApiKeysPage')).ApiKeysPage }) },
  { path: '/audit', lazy: async () => ({ Component: (await import('./AuditPage')).AuditPage }) },
];
