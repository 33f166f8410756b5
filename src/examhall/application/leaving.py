"""A server that goes away sends its pages off one after another, and they come back the same way."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

FIRST_BACK_S = 2.0  # about what a start takes
PAGES_PER_S = 50.0  # so many may come back each second: joining costs a server a few transactions
LONGEST_SPREAD_S = 30.0
GONE_WITHIN_S = 5.0


class Leaving:
    """Knows the open pages of this server. `chance`: 0..1, for when each comes back."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._begun = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._pages = 0
        self._spread_s = 0.0

    @contextmanager
    def page(self) -> Iterator[None]:
        """For as long as a page's socket is open."""
        self._pages += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._pages -= 1
            if self._pages == 0:
                self._empty.set()

    async def begun(self) -> None:
        """Wait until this server goes away."""
        await self._begun.wait()

    def back_after_s(self) -> float:
        """When one page is to come back: each another time, as far apart as there are pages."""
        return FIRST_BACK_S + self._chance() * max(1.0, self._spread_s)

    async def send_away(self) -> None:
        """Tell all pages, and wait until they have gone or 5 s have passed."""
        self._spread_s = min(LONGEST_SPREAD_S, self._pages / PAGES_PER_S)
        self._begun.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(GONE_WITHIN_S):
                await self._empty.wait()
