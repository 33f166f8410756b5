"""What every bus does: within one server, and between two that share a Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from examhall.adapters.bus.memory import MemoryBus
from examhall.adapters.bus.redis import RedisBus
from examhall.adapters.bus.redis_link import redis_at
from examhall.adapters.metrics import PrometheusMetrics
from examhall.application.ports.bus import Bus
from support.redis_server import RedisServer, redis_server

LIMIT_S = 20.0


@dataclass(frozen=True)
class Pair:
    """Where is spoken and where is heard; the same bus, or those of two servers."""

    here: Bus
    there: Bus


@asynccontextmanager
async def redis_bus(server: RedisServer, name: str, max_keys: int = 4096) -> AsyncIterator[RedisBus]:
    bus = RedisBus(redis_at(server.url), name, PrometheusMetrics(), max_keys)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


@pytest.fixture(params=["memory", "redis, one server", "redis, two servers"])
async def buses(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    if request.param == "memory":
        bus = MemoryBus()
        yield Pair(bus, bus)
        return
    server: RedisServer = request.getfixturevalue("redis")
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(redis_bus(server, "one"))
        two = await stack.enter_async_context(redis_bus(server, "two")) if "two" in request.param else one
        yield Pair(one, two)


async def until(found: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not found():  # noqa: ASYNC110 - what another server hears has no event here
            await asyncio.sleep(0.02)


async def test_a_subscriber_hears_its_topic_only_oldest_key_first(buses: Pair) -> None:
    async with buses.there.subscribe("exam/1") as mine, buses.there.subscribe("exam/2") as other:
        await buses.here.publish("exam/1", "a", b"1")
        await buses.here.publish("exam/3", "a", b"nobody's")
        await buses.here.publish("exam/1", "b", bytes(range(256)))
        assert [await mine.next(), await mine.next()] == [("a", b"1"), ("b", bytes(range(256)))]
        waiting = asyncio.create_task(other.next())
        await buses.here.publish("exam/2", "k")
        assert await waiting == ("k", b"")


async def test_of_one_key_the_newest_payload_wins(buses: Pair) -> None:
    async with buses.there.subscribe("t") as mine:
        for number in range(100):
            await buses.here.publish("t", "a", str(number).encode())
        await buses.here.publish("t", "end")
        heard = [await mine.next()]
        async with asyncio.timeout(LIMIT_S):
            while heard[-1][0] != "end":
                heard.append(await mine.next())
        assert [payload for key, payload in heard if key == "a"][-1] == b"99"


async def test_nothing_is_lost_or_reordered_where_every_message_has_its_own_key(buses: Pair) -> None:
    async with buses.there.subscribe("t") as mine:
        for number in range(1000):
            await buses.here.publish("t", f"{number}")
        async with asyncio.timeout(LIMIT_S):
            assert [(await mine.next())[0] for _ in range(1000)] == [f"{number}" for number in range(1000)]


async def test_every_subscriber_hears_it_and_leaving_ends_it(buses: Pair) -> None:
    assert not buses.here.has_subscribers("u")
    async with buses.there.subscribe("u") as one:
        async with buses.there.subscribe("u") as two:
            await buses.here.publish("u", "k", b"v")
            assert await one.next() == await two.next() == ("k", b"v")
        await until(lambda: buses.here.has_subscribers("u"))
    await until(lambda: not buses.here.has_subscribers("u"))


async def test_a_slow_reader_never_builds_a_queue(redis: RedisServer) -> None:
    async with redis_bus(redis, "one", max_keys=3) as second:
        for bus in (MemoryBus(max_keys=3), second):
            async with bus.subscribe("t") as slow:
                for number in range(10):
                    await bus.publish("t", f"{number}")
                assert [(await slow.next())[0] for _ in range(3)] == ["7", "8", "9"]
                assert slow.dropped == 7


async def test_without_redis_a_server_hears_itself_and_looks_at_the_store(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        async with (
            redis_bus(server, "one") as one,
            redis_bus(server, "two") as two,
            two.subscribe("attempt/1") as far,
            one.subscribe("attempt/1") as near,
        ):
            server.kill()
            await until(lambda: one_is_down(one, two))
            await one.publish("attempt/1", "mine", b"local")
            async with asyncio.timeout(LIMIT_S):
                while (await near.next()) != ("mine", b"local"):
                    pass
                while (await far.next())[0] != "state":  # woken by itself, with nothing said
                    pass
            await one.publish("attempt/1", "kept", b"until Redis is back")
            server.start()
            async with asyncio.timeout(LIMIT_S):
                while (await far.next()) != ("kept", b"until Redis is back"):
                    pass
            await one.publish("attempt/1", "after", b"!")
            async with asyncio.timeout(LIMIT_S):
                while (await far.next()) != ("after", b"!"):
                    pass


def one_is_down(*buses: RedisBus) -> bool:
    return all(not bus.connected for bus in buses)
