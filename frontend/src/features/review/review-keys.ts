import type { Verdict } from '@/api/types';

export type ReviewAction =
  { readonly do: 'walk'; readonly by: 1 | -1 } | { readonly do: 'decide'; readonly verdict: Verdict };

const KEYS: Record<string, ReviewAction> = {
  j: { do: 'walk', by: 1 },
  k: { do: 'walk', by: -1 },
  c: { do: 'decide', verdict: 'confirmed' },
  d: { do: 'decide', verdict: 'dismissed' },
  l: { do: 'decide', verdict: 'second_look' },
  u: { do: 'decide', verdict: 'undecided' },
};

/** What a key means to the reviewer; nothing while they type or a window is open. */
export function reviewKey(event: KeyboardEvent): ReviewAction | null {
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (target.closest('input, textarea, select, [role=dialog], [role=alertdialog]') !== null) return null;
  return KEYS[event.key.toLowerCase()] ?? null;
}
