"""(c) how late alerts come, (d) what a candidate costs, (e) whether events are lost: over real sockets.

The candidates are the simulated ones, in a process of their own that is not counted. They send one frame a
second, each at its own phase. In (c) each is joined by a second person at a random moment of its cycle. The
deciding frame of an incident is the one whose analysis opened it: the rules stamp `opened_at` with the moment
that frame came in, so it is the last one its candidate captured before `opened_at`. The latency runs from that
frame's capture to the update on the proctor's socket; all clocks are this machine's.
"""

import asyncio
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

from examhall.bootstrap.simulation import CrowdReport, Member, Scene, Step, start_crowd
from examhall.settings import Settings
from hall import Alert, Hall, running_hall
from report import Report, spread

SIZES = (5, 10, 20)
JOIN_S = 10.0
CALM_S = 20.0
WATCH_S = 110.0
FEWEST_ALERTS = 10
ROUNDING_MS = 2  # the two times lay -1 to 2 ms apart when looked at
TWO_FACES = "multiple_faces"


@dataclass(frozen=True)
class Run:
    """What one crowd did to a fresh server."""

    hall: Hall
    report: CrowdReport
    stored_events: int
    cpu_percent: float  # of one core, per candidate
    memory_mb: float  # per candidate, above the server that nobody has joined
    memory_total_mb: float


async def measure(report: Report) -> None:
    """Fill in alert_latency_p95_ms and events_lost."""
    costs: dict[str, dict[str, float]] = {}
    for size in SIZES:
        last = size == SIZES[-1]
        members = [_busy(number) if last else (Step(60),) for number in range(size)]
        run = await _run(members, WATCH_S if last else CALM_S)
        costs[str(size)] = {
            "cpu_percent_per_candidate": round(run.cpu_percent, 2),
            "memory_mb_per_candidate": round(run.memory_mb, 2),
            "memory_mb_total": round(run.memory_total_mb, 1),
        }
        report.add(f"processor per candidate, {size} of them", run.cpu_percent, "% core", key=False)
        report.add(f"memory per candidate, {size} of them", run.memory_mb, "MB", key=False)
        if last:
            _judge(report, run)
    report.details["cost_by_candidates"] = costs


async def _run(steps: list[tuple[Step, ...]], lasts_s: float) -> Run:
    with tempfile.TemporaryDirectory(prefix="examhall-bench-") as folder:
        async with running_hall(Path(folder) / "data", len(steps)) as hall:
            wall = asyncio.create_task(hall.follow_wall())
            before = hall.usage()
            members = tuple(
                Member(link, number=number, steps=does)
                for number, (link, does) in enumerate(zip(hall.links.values(), steps, strict=True))
            )
            crowd = await start_crowd(Settings(), members, remember_frames=True)
            await asyncio.sleep(JOIN_S)
            first = hall.usage()
            await asyncio.sleep(lasts_s)
            last = hall.usage()
            done = await crowd.stop()
            wall.cancel()
            await asyncio.gather(wall, return_exceptions=True)
            _check(done)
            stored = hall.stored_events()
        return Run(
            hall,
            done,
            stored,
            cpu_percent=(last.cpu_s - first.cpu_s) / lasts_s / len(steps) * 100,
            memory_mb=(last.memory_mb - before.memory_mb) / len(steps),
            memory_total_mb=last.memory_mb,
        )


def _busy(number: int) -> tuple[Step, ...]:
    """Joined by somebody at a random moment, a short look elsewhere, for some with the network gone meanwhile."""
    phase_s = random.Random(number).uniform(0, 12)
    look_away = Step(1.5, tab_visible=False)
    cut = (Step(3, connected=False, tab_visible=False),) if number % 4 == 0 else ()
    return (Step(6 + phase_s), Step(7, Scene.SECOND_PERSON), Step(4), look_away, *cut, Step(24))


def _judge(report: Report, run: Run) -> None:
    sent_by = dict(zip(run.hall.links, run.report.members, strict=True))
    latencies = [
        alert.heard_at
        - _deciding_ms(alert, [frame.captured_at_ms for frame in sent_by[alert.attempt_id].sent])
        for alert in run.hall.alerts
        if alert.signal == TWO_FACES
    ]
    if len(latencies) < FEWEST_ALERTS:
        raise RuntimeError(f"only {len(latencies)} incidents opened: the machine is too busy to measure")
    told = spread(latencies)
    sent = sum(member.tally.events_sent for member in run.report.members)
    report.add("alert latency, median", told["p50"], "ms", key=False)
    report.add("alert_latency_p95_ms", told["p95"], "ms", at_most=500)
    report.add("events_lost", sent - run.stored_events, "", at_most=0)
    report.details["alert_latency_ms"] = told
    # More than 1 here means that the machine was busy and the server slowed everybody's sampling.
    report.details["slowest_sampling_interval_s"] = max(run.hall.sampling_s)
    report.details["events"] = {
        "sent": sent,
        "stored": run.stored_events,
        "connections": sum(member.tally.connections for member in run.report.members),
        "frames_sent": sum(member.tally.frames_sent for member in run.report.members),
    }


def _deciding_ms(alert: Alert, captured_ms: list[int]) -> int:
    """A frame arrives within a millisecond of its capture and both times are rounded, so opened_at can read a
    little earlier than the capture that caused it; the frames themselves are 1000 ms apart."""
    return max(at for at in captured_ms if at <= alert.opened_at + ROUNDING_MS)


def _check(done: CrowdReport) -> None:
    errors = [member.error for member in done.members if member.error is not None]
    if errors:
        raise RuntimeError(f"{len(errors)} simulated candidates could not take part: {errors[0]}")
