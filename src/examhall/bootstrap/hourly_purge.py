"""Retention by itself: at the start of the server and every hour."""

import asyncio

import structlog

from examhall.application.lifecycle import Part, ended
from examhall.application.retention import Retention

_EVERY_S = 3600.0

log = structlog.get_logger(__name__)


def hourly_purge(retention: Retention) -> Part:
    """The part of the house that erases what is due."""
    running = _HourlyPurge(retention)
    return Part("purge", start=running.start, stop=running.stop)


class _HourlyPurge:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="purge")

    async def stop(self) -> None:
        if self._task is not None:
            await ended([self._task])

    async def _run(self) -> None:
        while True:
            try:
                await self._retention.purge()
            except Exception:
                log.exception("purge_failed")
            await asyncio.sleep(_EVERY_S)
