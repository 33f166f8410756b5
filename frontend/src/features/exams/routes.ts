import type { RouteObject } from 'react-router';

export const examsRoutes: RouteObject[] = [
  { path: '/', lazy: async () => ({ Component: (await import('./ExamsPage')).ExamsPage }) },
  { path: '/exams', lazy: async () => ({ Component: (await import('./ExamsPage')).ExamsPage }) },
  { path: '/exams/new', lazy: async () => ({ Component: (await import('./NewExamPage')).NewExamPage }) },
  {
    path: '/exams/:examId',
    lazy: async () => ({ Component: (await import('./ExamEditorPage')).ExamEditorPage }),
  },
];
