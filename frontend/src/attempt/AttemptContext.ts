import { createContext, use } from 'react';
import { useStore } from 'zustand';
import type { AttemptSession } from '@/attempt/attempt-session';
import type { AttemptView } from '@/attempt/attempt-store';
import { timeLeftMs } from '@/attempt/exam-clock';
import { useTick } from '@/format/tick';

export const AttemptContext = createContext<AttemptSession | null>(null);

export function useAttemptSession(): AttemptSession {
  const session = use(AttemptContext);
  if (session === null) {
    throw new Error('This component belongs inside an AttemptPage');
  }
  return session;
}

export function useAttempt<Part>(select: (view: AttemptView) => Part): Part {
  return useStore(useAttemptSession().store, select);
}

/** Whole seconds left; null before the start. */
export function useSecondsLeft(): number | null {
  const clock = useAttempt((view) => view.clock);
  return useTick((_, steady) => {
    const left = timeLeftMs(clock, steady);
    return left === null ? null : Math.ceil(left / 1000);
  });
}
