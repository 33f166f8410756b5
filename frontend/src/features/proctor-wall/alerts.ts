/** The open alerts as the rail shows them: one row per candidate, the same thing again raises a count. */
import type { Incident, Severity } from '@/api/types';
import { SEVERITY_RANK } from '@/components/incident/signals';
import { hasPassed, openAlerts, worstFirst } from './need';

interface AlertLine {
  /** The newest of its kind: its words are shown. */
  readonly incident: Incident;
  readonly times: number;
  readonly ids: readonly string[];
}

export interface AlertGroup {
  readonly attemptId: string;
  readonly severity: Severity;
  /** None of its incidents is going on any more. */
  readonly passed: boolean;
  readonly newestAt: number;
  /** Worst first; one per signal. */
  readonly lines: readonly AlertLine[];
}

function linesOf(open: readonly Incident[]): AlertLine[] {
  const lines = new Map<string, AlertLine>();
  for (const incident of open) {
    const before = lines.get(incident.signal);
    lines.set(incident.signal, {
      incident,
      times: (before?.times ?? 0) + incident.times,
      ids: [...(before?.ids ?? []), incident.id],
    });
  }
  return [...lines.values()].sort((a, b) => worstFirst(a.incident, b.incident));
}

/** Worst first, then what is going on, then the newest. */
export function alertGroups(incidents: ReadonlyMap<string, readonly Incident[]>): AlertGroup[] {
  const groups: AlertGroup[] = [];
  for (const [attemptId, all] of incidents) {
    const lines = linesOf(openAlerts(all));
    const [first] = lines;
    if (first === undefined) continue;
    const newestAt = Math.max(...lines.map((line) => line.incident.opened_at));
    const passed = lines.every((line) => hasPassed(line.incident));
    groups.push({ attemptId, severity: first.incident.severity, passed, newestAt, lines });
  }
  return groups.sort(
    (a, b) =>
      SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] ||
      Number(a.passed) - Number(b.passed) ||
      b.newestAt - a.newestAt,
  );
}

/** What was an alert and is dealt with, newest first. */
export function handledAlerts(
  incidents: ReadonlyMap<string, readonly Incident[]>,
  since: number,
  most = 8,
): Incident[] {
  return [...incidents.values()]
    .flat()
    .filter((one) => one.alert && (one.handled || one.verdict !== 'undecided') && one.last_seen_at >= since)
    .sort((a, b) => b.last_seen_at - a.last_seen_at)
    .slice(0, most);
}
