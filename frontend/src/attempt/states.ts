import type { AttemptState } from '@/api/generated/socket';

export function isOver(state: AttemptState): boolean {
  return state === 'submitted' || state === 'ended' || state === 'expired' || state === 'reviewed';
}
