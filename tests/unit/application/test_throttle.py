"""Slowing down who guesses, with a clock that the test holds and a real database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from examhall.adapters.db.engine import Database, sqlite_url
from examhall.adapters.db.login_failures import DbLoginFailures
from examhall.adapters.db.tables import LoginFailureRow
from examhall.adapters.keys import FileKeyRing
from examhall.adapters.system import SystemIds
from examhall.application.throttle import Limit, Throttle
from examhall.domain.errors import ExamhallError

ADA = [Limit("account:ada@example.org", 3)]


@dataclass
class HeldClock:
    now_s: float = 1_000_000.0

    def now_ms(self) -> int:
        return round(self.now_s * 1000)

    def wall_ms(self) -> int:
        return self.now_ms()

    def not_before(self, ms: int) -> None:
        self.now_s = max(self.now_s, ms / 1000)

    def monotonic_s(self) -> float:
        return self.now_s


@dataclass
class Door:
    clock: HeldClock
    database: Database
    folder: Path

    def throttle(self) -> Throttle:
        """A new one each time: as after a restart, or on another server."""
        keys = FileKeyRing(self.folder / "keys")
        return Throttle(DbLoginFailures(self.database), keys, self.clock, SystemIds(), window_s=60)

    async def refused(self, *limits: Limit) -> float | None:
        """The time to wait, or None when it was let through."""
        try:
            await self.throttle().enter(limits)
        except ExamhallError as error:
            return error.retry_after_s if error.code == "too_many_tries" else None
        return None


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    database = Database(sqlite_url(tmp_path / "throttle.db"))
    await database.start()
    yield Door(HeldClock(), database, tmp_path)
    await database.stop()


async def test_the_door_closes_after_so_many_and_opens_when_the_oldest_is_out(door: Door) -> None:
    begin = door.clock.now_s
    for after in (0, 10, 20):
        door.clock.now_s = begin + after
        assert await door.refused(*ADA) is None
    assert await door.refused(Limit("account:somebody", 3), *ADA) == pytest.approx(40)
    assert await door.refused(Limit("account:somebody", 3)) is None
    door.clock.now_s = begin + 60
    assert await door.refused(*ADA) is None
    assert await door.refused(*ADA) == pytest.approx(10)


async def test_knocking_at_the_closed_door_does_not_keep_it_closed(door: Door) -> None:
    begin = door.clock.now_s
    for _ in range(3):
        assert await door.refused(*ADA) is None
    for door.clock.now_s in (begin + 1, begin + 30, begin + 59):
        assert await door.refused(*ADA) is not None
    door.clock.now_s = begin + 60
    assert await door.refused(*ADA) is None


async def test_tries_sent_all_at_once_are_counted_too(door: Door) -> None:
    outcomes = await asyncio.gather(*(door.refused(*ADA) for _ in range(12)))
    assert sum(wait is None for wait in outcomes) <= 3


async def test_the_last_one_before_the_door_closes_knows_it(door: Door) -> None:
    throttle = door.throttle()
    assert [(await throttle.enter(ADA)).last for _ in range(3)] == [False, False, True]


async def test_what_was_right_is_taken_back_and_forgotten(door: Door) -> None:
    throttle = door.throttle()
    await throttle.enter(ADA)
    one = await throttle.enter([*ADA, Limit("address:10.0.0.1", 1)])
    await throttle.take_back(one)
    await throttle.forget(ADA[0].key)
    for _ in range(3):
        assert await door.refused(*ADA) is None
    assert await door.refused(Limit("address:10.0.0.1", 1)) is None


async def test_a_clock_that_was_set_back_locks_nobody_out(door: Door) -> None:
    for _ in range(3):
        await door.refused(*ADA)
    door.clock.now_s -= 3600
    assert await door.refused(*ADA) is None


async def test_neither_account_nor_address_can_be_read_from_what_is_stored(door: Door) -> None:
    await door.refused(*ADA, Limit("address:203.0.113.9", 3))
    async with door.database.read() as session:
        stored = [row.key for row in await session.scalars(select(LoginFailureRow))]
    assert len(stored) == 2
    assert not any("example.org" in key or "203.0.113.9" in key for key in stored)
    assert {len(key) for key in stored} == {64}
