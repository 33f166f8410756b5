import type { RouteObject } from 'react-router';

export const proctorWallRoutes: RouteObject[] = [];
