/** What a proctor does, as mutations: the answer on screen comes by the socket, for all proctors alike. */
import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, ask } from '@/api/client';
import type { Verdict } from '@/api/types';
import { toast, toastProblem } from '@/components/ui/toast';

const of = (attemptId: string) => ({ params: { path: { attempt_id: attemptId } } });

export const admit = (attemptId: string) =>
  ask(api.POST('/api/v1/attempts/{attempt_id}/admit', of(attemptId)));

export const warn = (attemptId: string, text: string, incidentId: string | null) =>
  ask(
    api.POST('/api/v1/attempts/{attempt_id}/warn', {
      ...of(attemptId),
      body: { text, incident_id: incidentId },
    }),
  );

export const say = (attemptId: string, text: string) =>
  ask(
    api.POST('/api/v1/attempts/{attempt_id}/message', {
      ...of(attemptId),
      body: { text, client_id: crypto.randomUUID() },
    }),
  );

export const sayToAll = (examId: string, text: string) =>
  ask(
    api.POST('/api/v1/exams/{exam_id}/message', {
      params: { path: { exam_id: examId } },
      body: { text, client_id: crypto.randomUUID() },
    }),
  );

export const pause = (attemptId: string, reason: string) =>
  ask(api.POST('/api/v1/attempts/{attempt_id}/pause', { ...of(attemptId), body: { reason } }));

export const resume = (attemptId: string) =>
  ask(api.POST('/api/v1/attempts/{attempt_id}/resume', { ...of(attemptId), body: { reason: '' } }));

export const end = (attemptId: string, reason: string) =>
  ask(api.POST('/api/v1/attempts/{attempt_id}/end', { ...of(attemptId), body: { reason } }));

/** seconds: below zero takes back what a proctor gave. The id makes one press give once, whatever the network does. */
export const giveTime = (attemptId: string, seconds: number, reason: string) =>
  ask(
    api.POST('/api/v1/attempts/{attempt_id}/credit', {
      ...of(attemptId),
      body: { seconds, reason, request_id: crypto.randomUUID() },
    }),
  );

export const giveTimeToAll = (examId: string, seconds: number, reason: string) =>
  ask(
    api.POST('/api/v1/exams/{exam_id}/credit', {
      params: { path: { exam_id: examId } },
      body: { seconds, reason, request_id: crypto.randomUUID() },
    }),
  );

export const muteMicrophone = (attemptId: string, reason: string) =>
  ask(
    api.POST('/api/v1/attempts/{attempt_id}/meeting/mute', {
      ...of(attemptId),
      body: { media: 'microphone', reason },
    }),
  );

export const takeOut = (attemptId: string, reason: string) =>
  ask(api.POST('/api/v1/attempts/{attempt_id}/meeting/remove', { ...of(attemptId), body: { reason } }));

export const decide = (incidentId: string, verdict: Verdict, note = '') =>
  ask(
    api.POST('/api/v1/incidents/{incident_id}/verdict', {
      params: { path: { incident_id: incidentId } },
      body: { verdict, note },
    }),
  );

interface Act {
  run: () => Promise<unknown>;
  done?: string;
  undo?: () => Promise<unknown>;
}

/** Runs an action, says that it was done (with an undo where there is one) or in the server's words why not. */
export function useAct() {
  const mutation = useMutation({
    mutationFn: (act: Act) => act.run(),
    // Here and not with each call: the dialog that asked for it is closed, and gone, before the answer comes.
    onSuccess: (_, { done, undo }) => {
      if (done !== undefined) {
        toast(done, undo === undefined ? undefined : () => void undo().catch(toastProblem));
      }
    },
    onError: toastProblem,
  });
  const { mutate, isPending } = mutation;
  return useMemo(() => {
    const act = (what: Act) => {
      mutate(what);
    };
    const dismiss = (ids: readonly string[], name: string) => {
      act({
        run: () => Promise.all(ids.map((id) => decide(id, 'dismissed'))),
        done: `Dismissed ${ids.length === 1 ? 'the alert' : `${ids.length} alerts`} of ${name}.`,
        undo: () => Promise.all(ids.map((id) => decide(id, 'undecided'))),
      });
    };
    return { act, dismiss, isPending };
  }, [mutate, isPending]);
}
