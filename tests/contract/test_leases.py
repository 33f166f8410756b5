"""What leases and presence do: for a server that is alone, and for two that share a Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from examhall.adapters.bus.alone import AloneServers, MemoryLeases
from examhall.adapters.bus.redis import RedisBus
from examhall.adapters.bus.redis_leases import RedisLeases
from examhall.adapters.bus.redis_link import redis_at
from examhall.adapters.bus.redis_servers import RedisServers
from examhall.adapters.metrics import PrometheusMetrics
from examhall.application.ports.leases import HeldBy, Leases, Taken
from examhall.application.ports.servers import Servers, ServerView
from support.redis_server import RedisServer, redis_server

LIMIT_S = 20.0


async def until(found: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not await found():  # noqa: ASYNC110 - what ends in Redis has no event
            await asyncio.sleep(0.05)


@pytest.fixture(params=["memory", "redis"])
async def leases(request: pytest.FixtureRequest) -> AsyncIterator[Leases]:
    if request.param == "memory":
        yield MemoryLeases()
        return
    client = redis_at(request.getfixturevalue("redis").url)
    yield RedisLeases(client, "one")
    await client.aclose()


@pytest.fixture(params=["memory", "redis"])
async def servers(request: pytest.FixtureRequest) -> AsyncIterator[Servers]:
    if request.param == "memory":
        yield AloneServers("one")
        return
    client = redis_at(request.getfixturevalue("redis").url)
    yield RedisServers(client, "one")
    await client.aclose()


async def test_a_lease_is_taken_again_and_again_and_let_go(leases: Leases) -> None:
    assert await leases.take("a") == Taken()
    assert await leases.take("a") == Taken()
    assert await leases.renew(["a", "never taken before"]) == frozenset()
    await leases.release("a")
    await leases.release("a")
    assert await leases.take("a") == Taken()


async def test_a_server_sees_itself(servers: Servers) -> None:
    view = ServerView("one", 1.5, 0.25, 2, 17, draining=True)
    await servers.say(view)
    assert (await servers.look() or {})["one"] == view
    assert servers.seen["one"] == view
    assert not await servers.reachable("nobody")
    await servers.leave()
    found = await servers.look()
    assert found is not None
    assert "one" not in found


async def test_one_of_two_servers_holds_a_lease(redis: RedisServer) -> None:
    client = redis_at(redis.url)
    one, two = RedisLeases(client, "one"), RedisLeases(client, "two")
    assert await one.take("b") == Taken()
    assert await two.take("b") == HeldBy("one")
    await two.release("b")  # not its own
    assert await two.take("b") == HeldBy("one")
    assert await two.take("b", by_force=True) == Taken()
    assert await one.renew(["b", "c"]) == {"b"}
    await two.release("b")
    assert await one.take("b") == Taken()
    await client.aclose()


async def test_many_leases_are_held_on_to_at_once(redis: RedisServer) -> None:
    client = redis_at(redis.url)
    one, two = RedisLeases(client, "one"), RedisLeases(client, "two")
    many = [f"many-{number}" for number in range(1200)]
    assert await one.renew(many) == frozenset()
    assert await two.renew(many) == frozenset(many)
    await client.aclose()


async def test_a_lease_and_a_presence_end_with_their_server(redis: RedisServer) -> None:
    client = redis_at(redis.url)
    await RedisLeases(client, "gone").take("d")
    await RedisServers(client, "gone").say(ServerView("gone", 1.0, 0.0, 1, 1))
    left, servers = RedisLeases(client, "left"), RedisServers(client, "left")

    async def both_ended() -> bool:
        return await left.take("d") == Taken() and "gone" not in (await servers.look() or {})

    await until(both_ended)
    await client.aclose()


async def test_a_server_is_reachable_while_it_listens(redis: RedisServer) -> None:
    bus = RedisBus(redis_at(redis.url), "ear", PrometheusMetrics())
    client = redis_at(redis.url)
    servers = RedisServers(client, "asker")
    await bus.start()
    async with bus.subscribe("server/ear"):
        assert await servers.reachable("ear")
    await bus.stop()

    async def gone() -> bool:
        return not await servers.reachable("ear")

    await until(gone)
    await client.aclose()


async def test_without_redis_every_lease_is_ours_and_nobody_can_be_seen(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        client = redis_at(server.url)
        one, two, servers = (
            RedisLeases(client, "one"),
            RedisLeases(client, "two"),
            RedisServers(client, "two"),
        )
        await one.take("e")
        server.kill()
        assert await two.take("e") == Taken()
        assert await one.renew(["e"]) == frozenset()
        await servers.say(ServerView("two", 1.0, 0.0, 1, 0))
        assert await servers.look() is None
        assert not await servers.reachable("one")
        server.start()
        assert await two.take("e") == Taken()
        assert await one.take("e") == HeldBy("two")
        await client.aclose()
