import type { SignalRule } from '@/api/types';

export type SignalMode = 'off' | 'shadow' | 'on';

export const MODES: readonly { value: SignalMode; label: string }[] = [
  { value: 'off', label: 'Off' },
  { value: 'shadow', label: 'Shadow' },
  { value: 'on', label: 'On' },
];

export function modeOf(rule: Pick<SignalRule, 'enabled' | 'shadow'>): SignalMode {
  if (!rule.enabled) return 'off';
  return rule.shadow ? 'shadow' : 'on';
}

export function inMode(rule: SignalRule, mode: SignalMode): SignalRule {
  // Switched off and on again it is what it was.
  return mode === 'off' ? { ...rule, enabled: false } : { ...rule, enabled: true, shadow: mode === 'shadow' };
}

/** What a rule does and when, as one line. */
export function ruleSummary(rule: SignalRule): string {
  const when = rule.hold_s > 0 ? `after ${rule.hold_s} s` : 'at once';
  if (rule.shadow) return `counted and measured ${when}, shown to nobody`;
  const does = [
    rule.warn ? 'warns the candidate' : null,
    rule.alert ? 'alerts the proctor' : null,
    rule.pause ? 'pauses the exam' : null,
  ].filter((one) => one !== null);
  return does.length === 0 ? `noted ${when}` : `${does.join(', ')} ${when}`;
}

/** What a group says while it is folded. */
export function groupSummary(members: readonly { label: string; mode: SignalMode }[]): string {
  const labels = (mode: SignalMode) => members.filter((one) => one.mode === mode).map((one) => one.label);
  const [on, shadow, off] = [labels('on'), labels('shadow'), labels('off')];
  return [
    on.length > 0 ? on.join(', ') : null,
    shadow.length > 0 ? `in shadow: ${shadow.join(', ')}` : null,
    off.length > 0 ? `off: ${off.join(', ')}` : null,
  ]
    .filter((one) => one !== null)
    .join(' · ');
}
