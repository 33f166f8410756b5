"""How late the loop is for a timer: whatever keeps it busy keeps every page waiting as long."""

import asyncio
import contextlib
import time

from examhall.application.lifecycle import Part
from examhall.application.ports.live_metrics import LOOP_LAG
from examhall.application.ports.metrics import Metrics

BEAT_S = 0.5


def pulse(metrics: Metrics) -> Part:
    """Beats until stopped."""
    beating: list[asyncio.Task[None]] = []

    async def start() -> None:
        beating.append(asyncio.create_task(_beat(metrics)))

    async def stop() -> None:
        for task in beating:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return Part("pulse", start=start, stop=stop)


async def _beat(metrics: Metrics) -> None:
    while True:
        due_s = time.perf_counter() + BEAT_S
        await asyncio.sleep(BEAT_S)
        metrics.observe(LOOP_LAG, max(0.0, time.perf_counter() - due_s))
