"""Starts simulated candidates in a process of their own and hears their report."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from importlib.util import find_spec

from examhall.adapters.detectors.model_registry import default_models_dir
from examhall.adapters.simulation.behaviours import Behaviour, Scene, Step
from examhall.adapters.simulation.plan import PLAN_JSON, REPORT_JSON, CrowdPlan, CrowdReport, Member
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.settings import Settings

__all__ = ["Behaviour", "Crowd", "CrowdReport", "Member", "Scene", "Step", "start_crowd"]

_STOP_WITHIN_S = 40.0


class Crowd:
    """Simulated candidates that run."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def ended(self) -> CrowdReport:
        """Wait until they end by themselves. Raises `ExamhallError` `simulation_failed`."""
        assert self._process.stdout is not None  # noqa: S101  asked for when it was started
        said = await self._process.stdout.read()
        if await self._process.wait() != 0:
            raise ExamhallError(
                ErrorKind.UNAVAILABLE,
                "simulation_failed",
                "The simulated candidates stopped with an error; the lines above say which.",
            )
        return REPORT_JSON.validate_json(said)

    async def stop(self) -> CrowdReport:
        """Let them go home. Raises as `ended` does."""
        assert self._process.stdin is not None  # noqa: S101  asked for when it was started
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_STOP_WITHIN_S):
                return await self.ended()
        except TimeoutError as error:
            self._process.kill()
            await self._process.wait()
            raise ExamhallError(
                ErrorKind.UNAVAILABLE, "simulation_failed", "The simulated candidates did not stop in time."
            ) from error


def require_simulation() -> None:
    """Raise `ExamhallError` `simulate_extra_missing` when the media libraries are not installed."""
    if find_spec("aiortc") is None or find_spec("av") is None:
        raise ExamhallError(
            ErrorKind.UNAVAILABLE,
            "simulate_extra_missing",
            "Simulated candidates need the extra `simulate`: pip install 'examhall[simulate]'.",
        )


async def start_crowd(
    settings: Settings,
    members: tuple[Member, ...],
    *,
    duration_s: float | None = None,
    remember_frames: bool = False,
    start_over_s: float | None = None,
) -> Crowd:
    """Start them; the join links go through a pipe, never onto a command line that others could list.

    Raises `ExamhallError` `simulate_extra_missing`.
    """
    require_simulation()
    plan = CrowdPlan(
        members, settings.models_dir or default_models_dir(), duration_s, remember_frames, start_over_s
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "examhall.bootstrap.simulated_crowd", stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None  # noqa: S101  asked for above
    process.stdin.write(PLAN_JSON.dump_json(plan) + b"\n")
    await process.stdin.drain()
    return Crowd(process)
