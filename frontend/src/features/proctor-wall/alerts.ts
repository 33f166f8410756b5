/** The open alerts as the rail shows them: one row per candidate, the same thing again raises a count. */
import type { Incident, Severity } from '@/api/types';
import { SEVERITY_RANK } from '@/components/incident/signals';
import { openAlerts } from './need';

interface AlertLine {
  /** The newest of its kind: its words are shown. */
  readonly incident: Incident;
  readonly times: number;
  readonly ids: readonly string[];
}

export interface AlertGroup {
  readonly attemptId: string;
  readonly severity: Severity;
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
  return [...lines.values()].sort(
    (a, b) =>
      SEVERITY_RANK[b.incident.severity] - SEVERITY_RANK[a.incident.severity] ||
      b.incident.opened_at - a.incident.opened_at,
  );
}

/** Worst first, then the newest. */
export function alertGroups(incidents: ReadonlyMap<string, readonly Incident[]>): AlertGroup[] {
  const groups: AlertGroup[] = [];
  for (const [attemptId, all] of incidents) {
    const lines = linesOf(openAlerts(all));
    const [first] = lines;
    if (first === undefined) continue;
    const newestAt = Math.max(...lines.map((line) => line.incident.opened_at));
    groups.push({ attemptId, severity: first.incident.severity, newestAt, lines });
  }
  return groups.sort(
    (a, b) => SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] || b.newestAt - a.newestAt,
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
