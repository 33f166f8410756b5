"""Somebody who does the camera check in front of a scripted pool: which pictures they show for which target."""

import asyncio
import math
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from examhall.adapters.detectors.scripted import ScriptedAnswer, ScriptedFrame, ScriptedPool
from examhall.application.ports.vision import HeadFacts
from examhall.domain.check_in import Target
from support.live import ALONE, ONE_FACE, TOGETHER, TWO_FACES, Json, Page, picture

# Where a head points and eyes look: the candidate's left is the image's right, yaw up.
_LOOKS: dict[Target, tuple[float, float, float, float]] = {
    Target.CENTRE: (0.0, 0.0, 0.50, 0.00),
    Target.TOP_LEFT: (9.0, 5.0, 0.58, 0.05),
    Target.TOP_RIGHT: (-8.0, 5.0, 0.42, 0.05),
    Target.BOTTOM_RIGHT: (-7.0, -6.0, 0.43, -0.04),
    Target.BOTTOM_LEFT: (8.0, -6.0, 0.57, -0.04),
    Target.TURN_LEFT: (28.0, 0.0, 0.6, 0.0),
    Target.TURN_RIGHT: (-28.0, 0.0, 0.4, 0.0),
}
PICTURES = {target: picture(500 + i) for i, target in enumerate(_LOOKS)}
SITTER = tuple(math.sin(i) / 10 for i in range(128))
STRANGER = tuple(-one for one in SITTER)  # 1.6 away
STRANGERS = [picture(seed) for seed in range(300, 320)]


def _head(target: Target) -> HeadFacts:
    yaw, pitch, across, up = _LOOKS[target]
    return HeadFacts(0, yaw, pitch, 0.0, across, up, 0.02, 0.3, 0.9, 300.0, None, None)


def sitter_pool(more: dict[bytes, ScriptedAnswer] | None = None) -> ScriptedPool:
    """PICTURES obey their targets, ALONE is the same person looking straight, STRANGERS somebody else."""
    script: dict[bytes, ScriptedAnswer] = dict.fromkeys(TOGETHER, TWO_FACES)
    straight = _head(Target.CENTRE)
    script |= dict.fromkeys(ALONE, ScriptedFrame(ONE_FACE, straight, SITTER))
    script |= dict.fromkeys(STRANGERS, ScriptedFrame(ONE_FACE, straight, STRANGER))
    script |= {PICTURES[one]: ScriptedFrame(ONE_FACE, _head(one), SITTER) for one in PICTURES}
    return ScriptedPool(script | (more or {}))


@dataclass(slots=True)
class Sitter:
    """Sends pictures at the pace that the page is asked for, and looks where it is told."""

    page: Page

    @property
    def view(self) -> Json | None:
        said = self.page.of("check_in")
        return said[-1] if said else None

    @asynccontextmanager
    async def sitting(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._sit())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _sit(self) -> None:
        while True:
            target = (self.view or {}).get("target") or "centre"
            await self.page.frame(PICTURES[Target(str(target))])
            bursts = self.page.of("burst")
            await asyncio.sleep(float(str(bursts[-1]["interval_s"])) if bursts else 1.0)

    async def read_aloud(self) -> None:
        """Two and a half seconds of a loud tone, which the scripted pool takes for a voice."""
        began_at = round(time.time() * 1000)
        for piece in range(5):
            samples = [round(12_000 * math.sin(i / 12)) for i in range(piece * 8000, (piece + 1) * 8000)]
            await self.page.sound(struct.pack("<8000h", *samples), began_at=began_at + piece * 500)

    async def step(self, step: str, state: str) -> Json:
        """Wait until a step is in a state; the view that says so."""
        return await self.page.next(
            "check_in", where=lambda m: {"step": step, "state": state} in as_list(m["steps"])
        )


def as_list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value
