"""Writes deploy/grafana/examhall.json and docs/metrics.md from the metrics that the server declares.

`python scripts/grafana_dashboard.py`; with --check it says whether the two have drifted. A metric is on a panel or in
NOT_SHOWN with the reason.
"""

import json
import re
import sys
from pathlib import Path

from examhall.application.ports.all_metrics import declared
from examhall.application.ports.metrics import Counter, Histogram

ROOT = Path(__file__).resolve().parent.parent
DASHBOARD = ROOT / "deploy" / "grafana" / "examhall.json"
PAGE = ROOT / "docs" / "metrics.md"

NOT_SHOWN = {
    "examhall_frame_looks_total": "what the policy asks for; `examhall plan` tells it beforehand",
    "examhall_shadow_incidents_total": "for whoever tries out a signal; looked at for that exam",
    "examhall_shadow_incident_seconds_total": "for whoever tries out a signal; looked at for that exam",
    "examhall_camera_check_steps_total": "looked at after an exam's start, by outcome",
    "examhall_bursts_total": "of interest only beside the policy",
    "examhall_detect_faces_total": "the tutorial's endpoint, no part of an exam",
    "examhall_messages_ignored_total": "pages of another version; alerts nobody",
}

# (row title, [(panel title, unit, [(legend, expression)])]); units as Grafana names them.
Panel = tuple[str, str, list[tuple[str, str]]]


def quantiles(name: str, by: str = "") -> list[tuple[str, str]]:
    label = f", {by}" if by else ""
    legend = f"{{{{{by}}}}} " if by else ""
    return [
        (f"{legend}p{p}", f"histogram_quantile(0.{p}, sum by (le{label}) (rate({name}_bucket[1m])))")
        for p in ("50", "95")
    ]


def rate(name: str, by: str) -> list[tuple[str, str]]:
    return [(f"{{{{{by.split(',', maxsplit=1)[0]}}}}}", f"sum by ({by}) (rate({name}[1m]))")]


ROWS: list[tuple[str, list[Panel]]] = [
    (
        "Is the exam well",
        [
            ("Ready, by check", "bool", [("{{check}}", "min by (check) (examhall_ready)")]),
            ("Going away", "bool", [("{{instance}}", "examhall_draining")]),
            ("Attempts looked after", "none", [("{{instance}}", "examhall_attempts_running")]),
            (
                "Asked of every candidate: a picture every",
                "s",
                [("{{instance}}", "examhall_sampling_interval_seconds")],
            ),
            ("Incident opened to proctor's page", "s", quantiles("examhall_alert_seconds")),
            ("Server's loop late by", "s", quantiles("examhall_loop_lag_seconds")),
        ],
    ),
    (
        "Pictures and sound",
        [
            ("Workers busy", "percentunit", [("{{instance}}", "examhall_vision_busy_ratio")]),
            (
                "Workers",
                "none",
                [
                    ("ready", "sum(examhall_vision_workers_ready)"),
                    ("replaced", "sum(examhall_vision_worker_restarts)"),
                    ("of these hung", "sum(examhall_vision_worker_hangs)"),
                    ("attempts resting", "sum(examhall_vision_lanes_resting)"),
                ],
            ),
            (
                "Waiting",
                "none",
                [
                    ("for a worker", "sum(examhall_vision_frames_waiting)"),
                    ("held by attempts", "sum(examhall_mailboxes_holding)"),
                ],
            ),
            (
                "Oldest wait for a worker",
                "ms",
                [("{{instance}}", "examhall_vision_oldest_wait_milliseconds")],
            ),
            ("Receipt to turn", "s", quantiles("examhall_frame_wait_seconds")),
            (
                "Worker time by stage, p95",
                "ms",
                [
                    (
                        "{{stage}}",
                        (
                            "histogram_quantile(0.95, sum by (le, stage) "
                            "(rate(examhall_frame_stage_milliseconds_bucket[1m])))"
                        ),
                    )
                ],
            ),
            ("Pictures not looked at", "ops", rate("examhall_frames_dropped_total", "reason")),
            ("Pictures refused", "ops", rate("examhall_frames_refused_total", "code")),
            ("Sound: one piece", "ms", quantiles("examhall_sound_milliseconds")),
            ("Sound not heard", "ops", rate("examhall_sound_dropped_total", "reason")),
        ],
    ),
    (
        "Rules, events and evidence",
        [
            ("A turn", "ms", quantiles("examhall_turn_milliseconds", "stage")),
            ("Incidents", "ops", rate("examhall_incident_changes_total", "signal, step")),
            (
                "Page events",
                "ops",
                [
                    ("{{taken}}", "sum by (taken) (rate(examhall_page_events_total[1m]))"),
                    ("late", "sum(rate(examhall_page_events_late_total[1m]))"),
                ],
            ),
            ("Evidence waiting to be kept", "none", [("{{instance}}", "examhall_evidence_waiting")]),
            (
                "Evidence",
                "ops",
                [
                    ("kept", "sum(rate(examhall_evidence_kept_total[1m]))"),
                    ("gap: {{reason}}", "sum by (reason) (rate(examhall_evidence_gaps_total[1m]))"),
                ],
            ),
            (
                "Recordings",
                "ops",
                [
                    (
                        "{{kind}} late={{late}}",
                        "sum by (kind, late) (rate(examhall_recording_segments_total[1m]))",
                    )
                ],
            ),
            ("Recordings' bytes", "Bps", rate("examhall_recording_bytes_total", "kind")),
            (
                "What could not be written",
                "ops",
                [
                    ("turns: {{code}}", "sum by (code) (rate(examhall_live_commits_failed_total[1m]))"),
                    ("observations", "sum(rate(examhall_observations_lost_total[1m]))"),
                    ("observations that waited", "sum(rate(examhall_observations_held_total[1m]))"),
                    (
                        "seconds unseen, by servers that went",
                        "sum(rate(examhall_observation_gap_seconds_total[1m]))",
                    ),
                    (
                        "tasks begun again: {{task}}",
                        "sum by (task) (rate(examhall_live_tasks_restarted_total[1m]))",
                    ),
                ],
            ),
        ],
    ),
    (
        "Database",
        [
            ("Wait for a connection", "s", quantiles("examhall_database_wait_seconds", "use")),
            ("Transaction", "s", quantiles("examhall_database_transaction_seconds", "use")),
            ("Open or waiting", "none", [("{{use}}", "sum by (use) (examhall_database_transactions_open)")]),
            ("Failed", "ops", rate("examhall_database_failures_total", "code")),
        ],
    ),
    (
        "Pages and other servers",
        [
            (
                "Sockets open",
                "none",
                [
                    (
                        "{{kind}}",
                        "sum by (kind) (examhall_sockets_opened_total) - sum by (kind) (examhall_sockets_closed_total)",
                    )
                ],
            ),
            ("Sockets closed", "ops", rate("examhall_sockets_closed_total", "code, kind")),
            ("Waiting in a socket's queue", "none", quantiles("examhall_socket_queue_messages", "kind")),
            (
                "Thumbnails replaced before they were sent",
                "ops",
                rate("examhall_socket_data_replaced_total", "kind"),
            ),
            ("Outbox to proctor's socket", "s", quantiles("examhall_monitor_update_seconds")),
            (
                "Bus",
                "ops",
                [
                    ("published {{topic}}", "sum by (topic) (rate(examhall_bus_published_total[1m]))"),
                    ("read {{topic}}", "sum by (topic) (rate(examhall_bus_read_total[1m]))"),
                    ("let go {{topic}}", "sum by (topic) (rate(examhall_bus_dropped_total[1m]))"),
                ],
            ),
            (
                "Between servers",
                "ops",
                [
                    ("sent", "sum(rate(examhall_bus_sent_total[1m]))"),
                    ("received", "sum(rate(examhall_bus_received_total[1m]))"),
                    ("given up", "sum(rate(examhall_bus_lost_total[1m]))"),
                ],
            ),
            ("Attempts taken over", "ops", rate("examhall_attempts_taken_over_total", "why")),
            (
                "Others answer",
                "bool",
                [("Redis", "min(examhall_bus_ready)"), ("live view", "min(examhall_meeting_ready)")],
            ),
            ("Meeting provider's reports", "ops", rate("examhall_meeting_events_total", "kind")),
        ],
    ),
    (
        "Doors",
        [
            ("Requests", "reqps", rate("examhall_http_requests_total", "status")),
            ("Time to answer", "s", quantiles("examhall_http_request_seconds")),
            ("Staff logins", "ops", rate("examhall_logins_total", "result")),
            ("Joins", "ops", rate("examhall_joins_total", "result")),
        ],
    ),
    (
        "Processes",
        [
            ("Server's processor", "percentunit", [("{{instance}}", "rate(process_cpu_seconds_total[1m])")]),
            ("Server's memory", "bytes", [("{{instance}}", "process_resident_memory_bytes")]),
        ],
    ),
]
_NAME = re.compile(r"\b(?:examhall|process)_[a-z_]+")
_WIDTH, _HEIGHT = 6, 7


def names_in(expression: str) -> set[str]:
    """The metrics that an expression reads, as they are declared."""
    found = _NAME.findall(expression)
    return {re.sub(r"_(bucket|sum|count)$", "", one) if _is_histogram(one) else one for one in found}


def _is_histogram(name: str) -> bool:
    base = re.sub(r"_(bucket|sum|count)$", "", name)
    return any(isinstance(one, Histogram) and one.name == base for one in declared())


def dashboard() -> dict[str, object]:
    panels: list[dict[str, object]] = []
    y = 0
    for title, row in ROWS:
        panels.append({"type": "row", "title": title, "collapsed": False, "panels": [], "id": len(panels) + 1,
                       "gridPos": {"h": 1, "w": 24, "x": 0, "y": y}})  # fmt: skip
        y += 1
        for number, (name, unit, targets) in enumerate(row):
            place = {"h": _HEIGHT, "w": _WIDTH, "x": number % 4 * _WIDTH, "y": y + number // 4 * _HEIGHT}
            panels.append(_panel(len(panels) + 1, name, unit, targets, place))
        y += (len(row) + 3) // 4 * _HEIGHT
    source = {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    return {
        "title": "Examhall",
        "uid": "examhall",
        "tags": ["examhall"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [source]},
        "panels": panels,
    }


def _panel(
    number: int, title: str, unit: str, targets: list[tuple[str, str]], place: dict[str, int]
) -> dict[str, object]:
    source = {"type": "prometheus", "uid": "${source}"}
    return {
        "type": "timeseries",
        "id": number,
        "title": title,
        "datasource": source,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": source, "expr": expr, "legendFormat": legend}
            for n, (legend, expr) in enumerate(targets)
        ],
    }


def page() -> str:
    shown: dict[str, list[str]] = {}
    for row, panels in ROWS:
        for title, _, targets in panels:
            for name in set().union(*(names_in(expr) for _, expr in targets)):
                shown.setdefault(name, []).append(f"{row}: {title}")
    lines = []
    for one in declared():
        kind = (
            "counter" if isinstance(one, Counter) else "histogram" if isinstance(one, Histogram) else "gauge"
        )
        where = "; ".join(shown.get(one.name, [])) or f"not shown: {NOT_SHOWN[one.name]}"
        lines.append(f"| `{one.name}` | {kind} | {', '.join(one.labels)} | {one.help} | {where} |")
    return (
        "# Metrics\n\n"
        "Made by `scripts/grafana_dashboard.py`; do not edit by hand. `/metrics` has these and the server's\n"
        "own `process_*` (processor, memory, open files). Labels are closed sets of words: never names or attempts.\n"
        "`deploy/grafana/examhall.json` shows them, `deploy/prometheus/alerts.yml` says what to wake somebody for.\n\n"
        "| metric | kind | labels | what it tells | on the dashboard |\n|---|---|---|---|---|\n"
        + "\n".join(lines)
        + "\n"
    )


def main() -> int:
    made = {DASHBOARD: json.dumps(dashboard(), indent=1) + "\n", PAGE: page()}
    if "--check" in sys.argv:
        old = [path for path, text in made.items() if path.read_text("utf-8") != text]
        for path in old:
            print(f"{path.relative_to(ROOT)} has drifted: run scripts/grafana_dashboard.py")
        return 1 if old else 0
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
