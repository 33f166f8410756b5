import type { RouteObject } from 'react-router';

export const checkInRoutes: RouteObject[] = [
  { path: '/join', lazy: () => import('@/features/check-in/JoinPage') },
];
