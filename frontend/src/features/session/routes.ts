import type { RouteObject } from 'react-router';

export const sessionRoutes: RouteObject[] = [
  { path: '/login', lazy: async () => ({ Component: (await import('./LoginPage')).LoginPage }) },
  {
    path: '/set-password',
    lazy: async () => ({ Component: (await import('./SetPasswordPage')).SetPasswordPage }),
  },
  { path: '/enter', lazy: async () => ({ Component: (await import('./EnterPage')).EnterPage }) },
];
