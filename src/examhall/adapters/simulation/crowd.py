"""Many simulated candidates in one process."""

import asyncio
import contextlib

from examhall.adapters.simulation.behaviours import scenes_of
from examhall.adapters.simulation.client import SimulatedCandidate
from examhall.adapters.simulation.live_view import LiveView
from examhall.adapters.simulation.plan import CrowdPlan, CrowdReport, Member, MemberReport
from examhall.adapters.simulation.reel import artist_of, shoot_reel

SETTLE_WITHIN_S = 20.0


async def run_crowd(plan: CrowdPlan, stop: asyncio.Event) -> CrowdReport:
    """Run all members until each is done, the plan's time is over or `stop` is set.

    One that fails stops no other. Raises `ExamhallError` `portrait_missing`.
    """
    candidates: list[SimulatedCandidate] = []
    tasks: list[asyncio.Task[None]] = []
    try:
        async with asyncio.timeout(plan.duration_s):
            for member in plan.members:
                candidate = await asyncio.to_thread(_candidate, member, plan)
                candidates.append(candidate)
                if plan.start_over_s is None:
                    tasks.append(asyncio.create_task(candidate.run()))
            if plan.start_over_s is not None:
                pause_s = plan.start_over_s / len(candidates)
                for number, candidate in enumerate(candidates):
                    tasks.append(asyncio.create_task(_run_later(candidate, number * pause_s)))
            waiting = {asyncio.create_task(stop.wait()), asyncio.create_task(_all_done(tasks))}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            await _settled(candidates, tasks)
    except TimeoutError:
        pass  # the plan's time is over
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    unstarted = [None] * (len(candidates) - len(ends))
    return CrowdReport(
        tuple(
            MemberReport(one.tally, tuple(one.sent or ()), str(end) if isinstance(end, Exception) else None)
            for one, end in zip(candidates, [*ends, *unstarted], strict=True)
        )
    )


async def _settled(candidates: list[SimulatedCandidate], tasks: list[asyncio.Task[None]]) -> None:
    """Nobody goes home with events that the server does not have, if it can be helped."""
    there = [one for one, task in zip(candidates, tasks, strict=False) if not task.done()]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_WITHIN_S):
            await asyncio.gather(*(one.settle() for one in there))


async def _run_later(candidate: SimulatedCandidate, after_s: float) -> None:
    await asyncio.sleep(after_s)
    await candidate.run()


async def _all_done(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.wait(tasks)


def _candidate(member: Member, plan: CrowdPlan) -> SimulatedCandidate:
    artist = artist_of(plan.portraits_dir, member.number)
    return SimulatedCandidate(
        member.join_url,
        member.does,
        shoot_reel(artist, scenes_of(member.does)),
        LiveView(artist),
        sent=[] if plan.remember_frames else None,
        camera_check=member.camera_check,
    )
