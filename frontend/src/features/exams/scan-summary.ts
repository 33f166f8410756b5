import type { Policy } from '@/api/types';

type Plan = Pick<
  Policy['scan'],
  'interval_s' | 'head_period_s' | 'identity_period_s' | 'objects_period_s' | 'speech'
>;

/** The plan in one line; a period of 0 is never, and none is shorter than the pictures'. */
export function scanSummary(plan: Plan): string {
  const every = (seconds: number) => {
    const real = Math.max(seconds, plan.interval_s);
    return real === 1 ? 'every second' : `every ${real} s`;
  };
  const parts: [string, number][] = [
    ['head and eyes', plan.head_period_s],
    ['who it is', plan.identity_period_s],
    ['objects', plan.objects_period_s],
  ];
  const looked = parts.filter(([, seconds]) => seconds > 0);
  const never = parts.filter(([, seconds]) => seconds === 0).map(([what]) => what);
  if (!plan.speech) never.push('voices');
  return [
    `faces ${every(plan.interval_s)}`,
    ...looked.map(([what, seconds]) => `${what} ${every(seconds)}`),
    ...(never.length > 0 ? [`never: ${never.join(', ')}`] : []),
  ].join(', ');
}
