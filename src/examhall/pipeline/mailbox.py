"""One frame waiting for each attempt: the newest."""

import asyncio

from examhall.application.ports.vision import EncodedFrame


class Mailbox:
    """Holds at most one frame. Overflow: the newer frame takes the place of the one waiting."""

    def __init__(self) -> None:
        self._frame: EncodedFrame | None = None
        self._arrived = asyncio.Event()

    def put(self, frame: EncodedFrame) -> bool:
        """Return whether another one had to give way."""
        gave_way = self._frame is not None
        self._frame = frame
        self._arrived.set()
        return gave_way

    async def wait(self) -> None:
        """Until there is a frame."""
        await self._arrived.wait()

    def take(self) -> EncodedFrame | None:
        frame, self._frame = self._frame, None
        self._arrived.clear()
        return frame
