import type { RouteObject } from 'react-router';

export const examRoomRoutes: RouteObject[] = [];
