"""One at a time opens an attempt or puts it away, and nothing is left of it."""

import asyncio

import pytest

from examhall.pipeline.doors import Doors


async def test_one_at_a_time_for_each_name_and_nothing_stays() -> None:
    doors, inside, most = Doors(), {"a": 0, "b": 0}, {"a": 0, "b": 0}

    async def go(name: str) -> None:
        async with doors.through(name):
            inside[name] += 1
            most[name] = max(most[name], inside[name])
            await asyncio.sleep(0)
            inside[name] -= 1

    await asyncio.gather(*(go(name) for _ in range(20) for name in ("a", "b")))
    assert most == {"a": 1, "b": 1}
    assert len(doors) == 0


async def test_who_fails_or_gives_up_leaves_no_door_behind() -> None:
    doors = Doors()
    with pytest.raises(LookupError):
        async with doors.through("a"):
            raise LookupError
    async with doors.through("a"):
        waiting = asyncio.create_task(doors.through("a").__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert len(doors) == 0
