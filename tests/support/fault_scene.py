"""An exam that runs on a server of its own process, with a candidate's page and a proctor's wall, to do harm to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from support.impair import Line, impaired
from support.people import seat_jpeg
from support.reliability import Account
from support.served import Caller, Invited, Served
from support.sitting import page_events
from support.steady_page import SteadyPage, SteadyWall, steady_page, steady_wall
from support.workers import workers_of


@dataclass(slots=True)
class Sitting:
    """One candidate. `caller`: their program over HTTP."""

    invited: Invited
    caller: Caller
    number: int

    @property
    def attempt_id(self) -> str:
        return self.invited.attempt_id

    @property
    def token(self) -> str:
        return self.caller.http.headers["authorization"].split(" ")[1]


@dataclass(slots=True)
class Scene:
    served: Served
    exam_id: str
    count: int = 0

    async def candidate(self, name: str = "Alan") -> Sitting:
        """In the exam: consented and let in."""
        invited = await asyncio.to_thread(self.served.invite, self.exam_id, name)
        caller = await asyncio.to_thread(self.served.enter, invited)
        self.count += 1
        return Sitting(invited, caller, self.count)

    @asynccontextmanager
    async def page(
        self, sitting: Sitting, base_url: str | None = None, **more: object
    ) -> AsyncIterator[SteadyPage]:
        at = base_url or self.served.base_url
        picture = seat_jpeg(people=1)
        async with steady_page(at, sitting.attempt_id, sitting.token, picture=picture, **more) as page:
            yield page

    @asynccontextmanager
    async def wall(self) -> AsyncIterator[SteadyWall]:
        token = self.served.proctor.http.cookies["examhall_staff"]
        async with steady_wall(self.served.base_url, self.exam_id, token) as wall:
            yield wall

    async def account(self, sitting: Sitting, page: SteadyPage, wall: SteadyWall) -> Account:
        """What this page sent and this wall was shown, against what the server has now."""
        detail = await asyncio.to_thread(self.served.detail, sitting.attempt_id)
        snapshot = await asyncio.to_thread(self.served.proctor.ask, "GET", f"/exams/{self.exam_id}/wall")
        account = Account()
        account.sent("event", [(page.instance, seq) for seq in page.sent_events])
        rows = page_events(self.served.folder / "data", sitting.attempt_id)
        account.stored("event", [(instance, seq) for instance, seq, _ in rows])
        if page.said:
            account.sent("message", page.said.values())
            account.stored("message", [one["text"] for one in detail["chat"] if one["sender"] == "candidate"])
        mine = [one for one in wall.incidents.values() if one["attempt_id"] == sitting.attempt_id]
        if mine:
            account.sent("incident", [one["id"] for one in mine])
            account.stored("incident", [one["id"] for one in snapshot["incidents"]])
        assert detail["chain"] == "intact"
        return account

    def workers(self) -> list[psutil.Process]:
        """The vision workers of the server, dead ones left out."""
        server = psutil.Process(self.served._program.process.pid)  # type: ignore[union-attr]
        return workers_of(server)


@asynccontextmanager
async def scene(folder: Path, **settings: str) -> AsyncIterator[Scene]:
    served = Served(folder, settings=settings)
    try:
        await asyncio.to_thread(served.start)
        await asyncio.to_thread(served.set_up)
        yield Scene(served, await asyncio.to_thread(served.exam))
    finally:
        await asyncio.to_thread(served.close)


@asynccontextmanager
async def behind_a_line(folder: Path) -> AsyncIterator[tuple[Scene, Sitting, Line, SteadyWall, SteadyPage]]:
    """One candidate in the exam, whose page comes through a line that can be made bad; some life before."""
    async with scene(folder) as play:
        sitting = await play.candidate()
        async with (
            impaired(play.served.base_url) as line,
            play.wall() as wall,
            play.page(sitting, line.url) as page,
        ):
            await some_life(page, wall, "Before.")
            yield play, sitting, line, wall, page


async def some_life(page: SteadyPage, wall: SteadyWall, words: str) -> None:
    """Events and words, acknowledged; an incident of them on the wall."""
    for _ in range(4):
        await page.event()
    await page.say(words)
    await page.until(lambda: page.settled, "what was sent is acknowledged")
    await wall.until(lambda: wall.incidents, "an incident")
