import type { RouteObject } from 'react-router';

export const checkInRoutes: RouteObject[] = [];
