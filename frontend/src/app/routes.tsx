import { Outlet, type RouteObject } from 'react-router';
import { Loading } from '@/app/Loading';
import { NotFound } from '@/app/NotFound';
import { PageError } from '@/app/PageError';
import { accessRoutes } from '@/features/access/routes';
import { accountRoutes } from '@/features/account/routes';
import { checkInRoutes } from '@/features/check-in/routes';
import { examsRoutes } from '@/features/exams/routes';
import { meetingRoutes } from '@/features/meeting/routes';
import { proctorWallRoutes } from '@/features/proctor-wall/routes';
import { reviewRoutes } from '@/features/review/routes';
import { sessionRoutes } from '@/features/session/routes';
import { staffRoutes } from '@/features/staff/routes';

/** Each feature owns its addresses and loads its screens lazily: a candidate never downloads the staff's pages. */
export const routes: RouteObject[] = [
  {
    element: <Outlet />,
    errorElement: <PageError />,
    hydrateFallbackElement: <Loading />,
    children: [
      ...checkInRoutes,
      { path: '/exam/:attemptId', lazy: () => import('@/app/AttemptPage') },
      ...meetingRoutes,
      ...proctorWallRoutes,
      ...reviewRoutes,
      ...sessionRoutes,
      ...examsRoutes,
      ...staffRoutes,
      ...accountRoutes,
      ...accessRoutes,
      { path: '*', element: <NotFound /> },
    ],
  },
];
