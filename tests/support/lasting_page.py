"""A candidate's page that comes back by itself and keeps what was not acknowledged, as the real one does."""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from support.live import Candidate, Json, Page

LIMIT_S = 100.0
BACKOFF_S = (0.3, 0.7, 1.5, 3.0, 6.0)


@dataclass
class LastingPage:
    """connections: when each welcome came, ms since the epoch."""

    base_url: str
    candidate: Candidate
    pictures: Sequence[bytes]
    event_every_s: float = 0.2
    frame_every_s: float = 0.25
    connections: list[int] = field(default_factory=list)
    told: list[Json] = field(default_factory=list)
    sent: int = 0
    acknowledged: int = 0
    _kept: dict[int, Json] = field(default_factory=dict)
    _page: Page | None = None
    _ending: bool = False
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, wanted: str, found: "object") -> None:
        """found: a function of this page."""
        try:
            async with asyncio.timeout(LIMIT_S), self._news:
                await self._news.wait_for(lambda: found(self))  # type: ignore[operator]
        except TimeoutError:
            raise AssertionError(
                f"not {wanted}: {self.connections}, {self.acknowledged}/{self.sent}"
            ) from None

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def run(self) -> None:
        failures = 0
        talking = asyncio.create_task(self._talk())
        try:
            while True:
                before = len(self.connections)
                with contextlib.suppress(OSError, InvalidHandshake, ConnectionClosed):
                    await self._visit()
                failures = 0 if len(self.connections) > before else failures + 1
                await asyncio.sleep(BACKOFF_S[min(failures, 4)] * random.uniform(0.75, 1.0))
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)

    async def _visit(self) -> None:
        url = f"{self.base_url.replace('http', 'ws')}/ws/attempts/{self.candidate.attempt_id}"
        headers = {"Authorization": f"Bearer {self.candidate.token}"}
        async with connect(
            url, additional_headers=headers, proxy=None, close_timeout=1, open_timeout=4
        ) as socket:
            page = Page(socket)
            listening = asyncio.create_task(page.listen())
            try:
                await page.say(type="hello", protocol=1, instance_id="page-1", last_event_seq=self.sent)
                await page.next("welcome")
                self.connections.append(round(time.time() * 1000))
                for event in list(self._kept.values()):
                    await page.say(**{**event, "late": True})
                self._page = page
                await self._tell()
                await self._follow(page)
            finally:
                self._page = None
                self.told += page.messages
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def _follow(self, page: Page) -> None:
        filming = asyncio.create_task(self._film(page))
        try:
            heard = 0
            while page.close_code is None:
                await page.until(lambda p: len(p.messages) > heard or p.close_code is not None)  # noqa: B023
                for message in page.messages[heard:]:
                    if message["type"] == "ack":
                        self.acknowledged = max(self.acknowledged, int(str(message["seq"])))
                        for seq in [s for s in self._kept if s <= self.acknowledged]:
                            del self._kept[seq]
                heard = len(page.messages)
                await self._tell()
        finally:
            filming.cancel()
            await asyncio.gather(filming, return_exceptions=True)

    async def _film(self, page: Page) -> None:
        with contextlib.suppress(ConnectionClosed):
            for payload in itertools.cycle(self.pictures):
                await page.frame(payload)
                await asyncio.sleep(self.frame_every_s)

    async def _talk(self) -> None:
        """Events, whether the line is there or not."""
        while not self._ending:
            self.sent += 1
            at = round(time.time() * 1000)
            event: Json = {
                "type": "event", "seq": self.sent, "kind": "clipboard_copy", "page_ms": self.sent * 1.0,
                "occurred_at": at,
            }  # fmt: skip
            self._kept[self.sent] = event
            if self._page is not None:
                with contextlib.suppress(ConnectionClosed):
                    await self._page.say(**event)
            await asyncio.sleep(self.event_every_s)
        await asyncio.Event().wait()

    @property
    def here(self) -> Page:
        assert self._page is not None
        return self._page

    async def finish(self) -> None:
        """No more events; all of them acknowledged."""
        self._ending = True
        await self.until("everything acknowledged", lambda page: page.acknowledged == page.sent)


@asynccontextmanager
async def lasting_pages(*pages: LastingPage) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(page.run()) for page in pages]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
