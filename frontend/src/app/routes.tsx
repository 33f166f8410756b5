import { Outlet, type RouteObject } from 'react-router';
import { Loading } from '@/app/Loading';
import { NotFound } from '@/app/NotFound';
import { PageError } from '@/app/PageError';
import { adminRoutes } from '@/features/admin/routes';
import { checkInRoutes } from '@/features/check-in/routes';
import { proctorWallRoutes } from '@/features/proctor-wall/routes';
import { reviewRoutes } from '@/features/review/routes';

/** Each feature owns its addresses and loads its screens lazily: a candidate never downloads the staff's pages. */
export const routes: RouteObject[] = [
  {
    element: <Outlet />,
    errorElement: <PageError />,
    hydrateFallbackElement: <Loading />,
    children: [
      ...checkInRoutes,
      { path: '/exam/:attemptId', lazy: () => import('@/app/AttemptPage') },
      ...proctorWallRoutes,
      ...reviewRoutes,
      ...adminRoutes,
      { path: '*', element: <NotFound /> },
    ],
  },
];
