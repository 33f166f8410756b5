import type { Policy, Signal } from '@/api/types';

/** What the policy says about a signal, in one line beside the incident. */
export function policyLine(policy: Policy | undefined, signal: Signal): string | undefined {
  const rule = policy?.signals[signal];
  if (policy === undefined || rule === undefined) return undefined;
  const hold = rule.hold_s > 0 ? `opens after ${rule.hold_s} s` : 'opens at once';
  return `Policy “${policy.name}”: threshold ${rule.threshold}, ${hold}, severity ${rule.severity}.`;
}
