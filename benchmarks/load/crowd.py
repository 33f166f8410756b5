"""A crowd of simulated candidates in front of a fresh server, watched until its time is over.

The candidates are in a process of their own whose processor time is not counted, yet taken from the same
machine. They come within `join_over_s`, send one frame a second (or as often as the server asks), and each is now
and then joined by a second person, looks at another tab, or is without network for three seconds.

The latency of an alert runs from the capture of the frame that opened the incident to the update on the
proctor's socket, as in live.py.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from examhall.bootstrap.simulation import Crowd, CrowdReport, Member, Scene, Step, start_crowd
from examhall.settings import Settings
from hall import Alert, Hall, running_hall
from load.figures import Figures, Reading, percentiles, slope_per_min

READ_EVERY_S = 5.0
JOIN_LIMIT_S = 180.0  # for drawing the pictures of a large crowd, and for joining
ROUNDING_MS = 2
TWO_FACES = "multiple_faces"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Shape:
    """calm_s: about as long each candidate behaves between two things that it does.

    warm_up_s: each attempt's ring of its last 12 pictures is full after it, at the slowest sampling of 5 s too.
    """

    candidates: int
    lasts_s: float
    join_over_s: float = 10.0
    calm_s: float = 150.0
    warm_up_s: float = 120.0


async def watch_crowd(shape: Shape, folder: Path, say: Say, *, port: int = 0) -> Figures:
    """Run the crowd on a fresh server in `folder`. Raises RuntimeError when nobody gets in."""
    async with running_hall(folder / "data", shape.candidates, port=port) as hall:
        wall = asyncio.create_task(hall.follow_wall())
        members = tuple(
            Member(link, number=number, steps=_busy(number, shape.calm_s))
            for number, link in enumerate(hall.links.values())
        )
        crowd = await start_crowd(Settings(), members, remember_frames=True, start_over_s=shape.join_over_s)
        try:
            await _all_in(hall, shape)
            say(f"{shape.candidates} are in; watching them for {shape.lasts_s / 60:g} min")
            before = await hall.metrics()
            readings = await _read(hall, shape.lasts_s)
            after = await hall.metrics()
        finally:
            done = await _stopped(crowd)
        await asyncio.sleep(1.0)  # what was on its way to the wall
        if wall.done():
            wall.result()
            raise RuntimeError("the server ended the proctor's socket")
        wall.cancel()
        await asyncio.gather(wall, return_exceptions=True)
        stored = hall.stored_events()
    return _figures(shape, hall, done, readings, _grown(before, after), stored)


async def _stopped(crowd: Crowd) -> CrowdReport:
    return await crowd.stop()


async def _all_in(hall: Hall, shape: Shape) -> None:
    """Until everybody's attempt is looked after. Asks rarely: an answer costs the server a little."""
    limit_s = time.monotonic() + JOIN_LIMIT_S
    while (await hall.metrics()).get("examhall_attempts_running", 0) < shape.candidates:
        if time.monotonic() > limit_s:
            raise RuntimeError("not all candidates got in; see server.log")
        await asyncio.sleep(1.0)


async def _read(hall: Hall, lasts_s: float) -> list[Reading]:
    readings = []
    began_s = time.monotonic()
    for number in range(int(lasts_s / READ_EVERY_S) + 1):
        await asyncio.sleep(max(0.0, began_s + number * READ_EVERY_S - time.monotonic()))
        used = hall.usage_by_kind()
        asked_s = (await hall.metrics())["examhall_sampling_interval_seconds"]
        readings.append(
            Reading(
                time.monotonic() - began_s,
                {kind: one.cpu_s for kind, one in used.items()},
                {kind: one.memory_mb for kind, one in used.items()},
                asked_s,
            )
        )
    return readings


def _busy(number: int, calm_s: float) -> tuple[Step, ...]:
    """At a moment of its own in each round: joined by somebody, then another tab, for some without network."""
    phase_s = random.Random(number).uniform(0, calm_s)
    cut = (Step(3, connected=False, tab_visible=False),) if number % 4 == 0 else ()
    away = Step(1.5, tab_visible=False)
    return (Step(5 + phase_s), Step(20, Scene.SECOND_PERSON), Step(4), away, *cut, Step(5 + calm_s - phase_s))


# ---- sums ----------------------------------------------------------------------------------------


def _figures(
    shape: Shape,
    hall: Hall,
    done: CrowdReport,
    readings: Sequence[Reading],
    grown: dict[str, float],
    stored_events: int,
) -> Figures:
    tallies = [member.tally for member in done.members]
    began = [tally.began_ms for tally in tallies if tally.began_ms is not None]
    waits = [
        (tally.live_ms - tally.began_ms) / 1000
        for tally in tallies
        if tally.live_ms is not None and tally.began_ms is not None
    ]
    live = [tally.live_ms for tally in tallies if tally.live_ms is not None]
    latencies = _latencies(hall, done)
    lasted_s = readings[-1].at_s - readings[0].at_s
    warm = [one for one in readings if one.at_s >= min(shape.warm_up_s, lasted_s / 3)]
    kinds = list(readings[0].cpu_s)
    looked_at = grown.get('examhall_frame_stage_milliseconds_count{stage="total"}', 0.0)
    return Figures(
        candidates=shape.candidates,
        minutes=lasted_s / 60,
        joined_within_s=(max(live) - min(began)) / 1000 if len(live) == shape.candidates else float("inf"),
        join_slowest_s=max(waits, default=float("inf")),
        latency_ms=percentiles(latencies),
        alerts=len(latencies),
        sampling_asked_s=sorted({one.sampling_interval_s for one in readings}),
        sampling_shown_s=sorted(hall.sampling_s),
        frames_per_s={"mean": looked_at / lasted_s / shape.candidates, **_sent_rates(done, lasted_s)},
        dropped=_drops(grown),
        cpu_percent={
            kind: (readings[-1].cpu_s[kind] - readings[0].cpu_s[kind]) / lasted_s * 100 for kind in kinds
        },
        memory_mb={kind: readings[-1].memory_mb[kind] for kind in kinds},
        memory_slope_mb_per_min={
            kind: slope_per_min([(one.at_s, one.memory_mb[kind]) for one in warm]) for kind in kinds
        },
        events_sent=sum(tally.events_sent for tally in tallies),
        events_stored=stored_events,
        events_acknowledged=sum(tally.events_acknowledged for tally in tallies),
        connections=sum(tally.connections for tally in tallies),
        errors=[member.error for member in done.members if member.error is not None],
    )


def _sent_rates(done: CrowdReport, lasted_s: float) -> dict[str, float]:
    """Frames a second that the slowest and the quickest candidate sent: far apart means unevenly slowed."""
    last_ms = max((frame.captured_at_ms for member in done.members for frame in member.sent), default=0)
    from_ms = last_ms - lasted_s * 1000
    rates = [
        sum(frame.captured_at_ms >= from_ms for frame in member.sent) / lasted_s for member in done.members
    ]
    return {"least": min(rates), "most": max(rates)}


def _drops(grown: dict[str, float]) -> dict[str, float]:
    """By reason, in all queues."""
    wanted = (
        "examhall_frames_dropped_total{",
        "examhall_sound_dropped_total{",
        "examhall_bus_dropped_total{",
    )
    return {name: value for name, value in grown.items() if name.startswith(wanted) and value}


def _grown(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: value - before.get(name, 0.0) for name, value in after.items()}


def _latencies(hall: Hall, done: CrowdReport) -> list[float]:
    sent_by = dict(zip(hall.links, done.members, strict=True))
    return [
        alert.heard_at - deciding
        for alert in hall.alerts
        if alert.signal == TWO_FACES
        for deciding in [
            _deciding_ms(alert, [frame.captured_at_ms for frame in sent_by[alert.attempt_id].sent])
        ]
        if deciding is not None
    ]


def _deciding_ms(alert: Alert, captured_ms: Sequence[int]) -> int | None:
    return max((at for at in captured_ms if at <= alert.opened_at + ROUNDING_MS), default=None)
