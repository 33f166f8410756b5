"""One frame waiting for each attempt: the newest."""

import asyncio
from dataclasses import dataclass

from examhall.application.ports.vision import EncodedFrame


@dataclass(frozen=True, slots=True)
class Posted:
    """at_s: when it was received, on the attempt's clock."""

    frame: EncodedFrame
    at_s: float


class Mailbox:
    """Holds at most one frame. Overflow: the newer frame takes the place of the one waiting."""

    def __init__(self) -> None:
        self._posted: Posted | None = None
        self._arrived = asyncio.Event()

    def put(self, frame: EncodedFrame, at_s: float) -> bool:
        """Return whether another one had to give way."""
        gave_way = self._posted is not None
        self._posted = Posted(frame, at_s)
        self._arrived.set()
        return gave_way

    @property
    def full(self) -> bool:
        return self._posted is not None

    async def wait(self) -> None:
        """Until there is a frame."""
        await self._arrived.wait()

    def take(self) -> Posted | None:
        posted, self._posted = self._posted, None
        self._arrived.clear()
        return posted
