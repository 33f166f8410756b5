import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ask } from '@/api/client';
import type { AttemptDetail, Verdict } from '@/api/types';
import { toastProblem } from '@/components/ui/toast';

const REFRESH_MS = 10_000;

export const useReview = (examId: string) =>
  useQuery({
    queryKey: ['review', examId],
    queryFn: () => ask(api.GET('/api/v1/exams/{exam_id}/review', { params: { path: { exam_id: examId } } })),
    refetchInterval: REFRESH_MS,
  });

export const useAttempt = (attemptId: string | null) =>
  useQuery({
    queryKey: ['attempt', attemptId],
    enabled: attemptId !== null,
    queryFn: () =>
      ask(api.GET('/api/v1/attempts/{attempt_id}', { params: { path: { attempt_id: attemptId ?? '' } } })),
  });

/** Asked once: a review looks at what is over, and a reload shows what has come since. */
export const useRecording = (attemptId: string) =>
  useQuery({
    queryKey: ['attempt', attemptId, 'recording'],
    queryFn: () =>
      ask(
        api.GET('/api/v1/attempts/{attempt_id}/recordings', { params: { path: { attempt_id: attemptId } } }),
      ),
    staleTime: Infinity,
  });

export const usePolicyOf = (examId: string | undefined) =>
  useQuery({
    queryKey: ['exams', examId, 'policy'],
    enabled: examId !== undefined,
    queryFn: () =>
      ask(api.GET('/api/v1/exams/{exam_id}/policy', { params: { path: { exam_id: examId ?? '' } } })),
    staleTime: 60_000,
  });

/** Whether this person may take the whole record away: a proctor watches, reviewers and admins decide. */
export const useMayExport = (examId: string) =>
  useQuery({
    queryKey: ['exams', examId, 'my-role'],
    queryFn: () => ask(api.GET('/api/v1/exams/{exam_id}', { params: { path: { exam_id: examId } } })),
    select: (exam) => exam.my_role !== 'proctor',
    staleTime: 60_000,
  }).data === true;

export interface Decision {
  incidentId: string;
  verdict: Verdict;
  note: string;
}

/** Decide an incident: it is on screen at once, and what remains is counted again. */
export function useDecide(attemptId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ incidentId, verdict, note }: Decision) =>
      ask(
        api.POST('/api/v1/incidents/{incident_id}/verdict', {
          params: { path: { incident_id: incidentId } },
          body: { verdict, note },
        }),
      ),
    onSuccess: (incident) => {
      queries.setQueryData<AttemptDetail>(['attempt', attemptId], (detail) =>
        detail === undefined
          ? detail
          : {
              ...detail,
              incidents: detail.incidents.map((one) => (one.id === incident.id ? incident : one)),
            },
      );
      void queries.invalidateQueries({ queryKey: ['review'] });
    },
    onError: toastProblem,
  });
}

export function useCloseReview(attemptId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      ask(
        api.POST('/api/v1/attempts/{attempt_id}/reviewed', { params: { path: { attempt_id: attemptId } } }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['attempt', attemptId] });
      void queries.invalidateQueries({ queryKey: ['review'] });
    },
    onError: toastProblem,
  });
}
