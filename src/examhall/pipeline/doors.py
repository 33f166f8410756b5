"""One at a time, by name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Door:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    people: int = 0  # in it or before it


class Doors:
    """A door is there for as long as somebody stands before it, so that their number does not grow."""

    def __init__(self) -> None:
        self._doors: dict[str, _Door] = {}

    def __len__(self) -> int:
        return len(self._doors)

    @asynccontextmanager
    async def through(self, name: str) -> AsyncIterator[None]:
        door = self._doors.setdefault(name, _Door())
        door.people += 1
        try:
            async with door.lock:
                yield
        finally:
            door.people -= 1
            if not door.people:
                del self._doors[name]
