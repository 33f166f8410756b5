"""Starting and stopping the parts of a running house, in order."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

TOLD_AGAIN_S = 2.0


async def ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel, until all have ended: a word to stop gets lost where a driver takes it for an error of its own."""
    told = list(tasks)
    left = set(told)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=TOLD_AGAIN_S)
    await asyncio.gather(*told, return_exceptions=True)


async def _nothing() -> None:
    """For parts that have nothing to do at a step."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that runs. `drain` tells others that we go away, before connections are closed."""

    name: str
    start: Callable[[], Awaitable[None]] = _nothing
    drain: Callable[[], Awaitable[None]] = _nothing
    stop: Callable[[], Awaitable[None]] = _nothing


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One line of /readyz. `check` returns None when all is well, else what is wrong and what to do.

    vital: exams cannot go on without it, so the server is not ready. good_for_s: how long "all is well" is believed.
    """

    name: str
    check: Callable[[], Awaitable[str | None]]
    vital: bool = True
    good_for_s: float = 2.0
