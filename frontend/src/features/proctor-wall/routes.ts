import type { RouteObject } from 'react-router';

export const proctorWallRoutes: RouteObject[] = [
  { path: '/exams/:examId/wall', lazy: async () => ({ Component: (await import('./WallPage')).WallPage }) },
];
