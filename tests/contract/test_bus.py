"""What every bus does."""

import asyncio

import pytest

from examhall.adapters.bus.memory import MemoryBus
from examhall.application.ports.bus import Bus


@pytest.fixture(params=["memory"])
def bus(request: pytest.FixtureRequest) -> Bus:
    return {"memory": MemoryBus}[request.param]()


async def test_a_subscriber_hears_its_topic_only_oldest_key_first_newest_payload(bus: Bus) -> None:
    async with bus.subscribe("exam/1") as mine, bus.subscribe("exam/2") as other:
        await bus.publish("exam/1", "a", b"old")
        await bus.publish("exam/1", "b", b"1")
        await bus.publish("exam/1", "a", b"new")
        await bus.publish("exam/3", "a", b"nobody's")
        assert [await mine.next(), await mine.next()] == [("a", b"new"), ("b", b"1")]
        waiting = asyncio.create_task(other.next())
        await bus.publish("exam/2", "k")
        assert await waiting == ("k", b"")


async def test_every_subscriber_hears_it_and_leaving_ends_it(bus: Bus) -> None:
    assert not bus.has_subscribers("t")
    async with bus.subscribe("t") as one:
        async with bus.subscribe("t") as two:
            await bus.publish("t", "k", b"v")
            assert await one.next() == await two.next() == ("k", b"v")
        assert bus.has_subscribers("t")
    assert not bus.has_subscribers("t")


async def test_a_slow_reader_never_builds_a_queue() -> None:
    bus = MemoryBus(max_keys=3)
    async with bus.subscribe("t") as slow:
        for number in range(10):
            await bus.publish("t", f"{number}")
        assert [(await slow.next())[0] for _ in range(3)] == ["7", "8", "9"]
        assert slow.dropped == 7
