import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { api, ask } from '@/api/client';
import type { Exam, Policy } from '@/api/types';
import { toastProblem } from '@/components/ui/toast';

const path = (examId: string) => ({ params: { path: { exam_id: examId } } });

export const examsKey = ['exams'] as const;
export const examKey = (examId: string) => ['exams', examId] as const;
export const rosterKey = (examId: string) => ['exams', examId, 'candidates'] as const;
export const membersKey = (examId: string) => ['exams', examId, 'staff'] as const;

export const useExams = () =>
  useQuery({ queryKey: examsKey, queryFn: () => ask(api.GET('/api/v1/exams')), refetchInterval: 15_000 });

export const useExam = (examId: string) =>
  useQuery({
    queryKey: examKey(examId),
    queryFn: () => ask(api.GET('/api/v1/exams/{exam_id}', path(examId))),
  });

export const useCatalogue = () =>
  useQuery({ queryKey: ['policies'], queryFn: () => ask(api.GET('/api/v1/policies')), staleTime: Infinity });

/** What a candidate costs under this policy; the last figures stay until the new ones are here. */
export function usePolicyCost(policy: Policy) {
  const asked = useDeferredValue(policy);
  return useQuery({
    queryKey: ['policies', 'cost', asked],
    queryFn: () => ask(api.POST('/api/v1/policies/cost', { body: { policy: asked } })),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: Infinity,
  });
}

export const useRoster = (examId: string) =>
  useQuery({
    queryKey: rosterKey(examId),
    queryFn: () => ask(api.GET('/api/v1/exams/{exam_id}/candidates', path(examId))),
  });

export const useMembers = (examId: string) =>
  useQuery({
    queryKey: membersKey(examId),
    queryFn: () => ask(api.GET('/api/v1/exams/{exam_id}/staff', path(examId))),
  });

export type ExamChange = Partial<
  Pick<
    Exam,
    | 'title'
    | 'instructions'
    | 'content_mode'
    | 'content_text'
    | 'content_url'
    | 'opens_at'
    | 'closes_at'
    | 'duration_s'
    | 'link_hours'
    | 'archived'
  >
>;

/** Each group of the editor saves what it changed; the answer is the whole exam. */
export function useChangeExam(examId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: ExamChange) =>
      ask(api.PATCH('/api/v1/exams/{exam_id}', { ...path(examId), body: change })),
    onSuccess: (exam) => {
      queries.setQueryData(examKey(examId), exam);
      void queries.invalidateQueries({ queryKey: examsKey, exact: true });
    },
  });
}

export function useChangePolicy(examId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (policy: Policy) =>
      ask(api.PUT('/api/v1/exams/{exam_id}/policy', { ...path(examId), body: { policy } })),
    onSuccess: (policy) => {
      queries.setQueryData<Exam>(examKey(examId), (exam) =>
        exam === undefined ? exam : { ...exam, policy },
      );
    },
  });
}

/** Any change to the roster or the members: run it, then read the list again, and the exam, which counts them. */
export function useListChange<Input>(
  key: ReturnType<typeof rosterKey | typeof membersKey>,
  run: (input: Input) => Promise<unknown>,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: examKey(key[1]), exact: true });
      return queries.invalidateQueries({ queryKey: key });
    },
    onError: toastProblem,
  });
}
