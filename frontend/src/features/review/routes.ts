import type { RouteObject } from 'react-router';

export const reviewRoutes: RouteObject[] = [
  {
    path: '/exams/:examId/review',
    lazy: async () => ({ Component: (await import('./ReviewPage')).ReviewPage }),
  },
  {
    path: '/attempts/:attemptId',
    lazy: async () => ({ Component: (await import('./AttemptPage')).AttemptPage }),
  },
];
