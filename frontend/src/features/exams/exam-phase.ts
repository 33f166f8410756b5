import type { ExamSummary } from '@/api/types';

export type Phase = 'planned' | 'open' | 'over';

export const PHASE_WORDS: Record<Phase, string> = { planned: 'Planned', open: 'Open', over: 'Over' };

export function phaseOf(exam: Pick<ExamSummary, 'opens_at' | 'closes_at'>, now: number): Phase {
  if (now < exam.opens_at) return 'planned';
  return now < exam.closes_at ? 'open' : 'over';
}
