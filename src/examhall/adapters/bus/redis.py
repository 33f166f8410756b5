"""The bus of several servers: what one says is heard by all, through Redis; without it each hears itself.

Redis carries wake-ups and small payloads, at most once. So whoever was cut off from it, or is, looks at the store by
itself: the bus wakes its own subscribers as if something had changed.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from examhall.adapters.bus.memory import MemoryBus, MemorySubscription
from examhall.adapters.bus.redis_link import AGAIN_S, PREFIX, UNREACHABLE, WITHIN_S
from examhall.application.ports.live_metrics import BUS_LOST, BUS_READY, BUS_RECEIVED, BUS_SENT
from examhall.application.ports.metrics import Metrics

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 2.0  # while Redis is away
COUNT_EVERY_S: Final = 0.5
ASKED_S: Final = 5.0  # a topic that nobody asked about for so long is not counted
SILENT_S: Final = 4.0  # without an answer to our pings the connection is one-sided
_QUIET: Final = f"{PREFIX}nobody"  # a connection that hears no topic still has to hear answers
# The client's words for a connection that its reader has just given up.
_BROKEN: Final = (*UNREACHABLE, AttributeError)
_PASSING: Final = "thumbnails/"  # not worth sending late

# What a subscriber is woken with when it may have missed something; see `Bus` for the topics' keys.
_WAKES: Final[Mapping[str, tuple[str, ...]]] = {
    "attempt": ("state", "chat", "rights"),
    "exam": ("updates",),
}


class RedisBus:
    """Implements `Bus`. Overflow as `MemoryBus`, on the way out as well: the newest per (topic, key) waits."""

    def __init__(self, redis: Redis, origin: str, metrics: Metrics, max_keys: int = 4096) -> None:
        self._redis = redis
        self._origin = origin.encode()
        self._metrics = metrics
        self._max_keys = max_keys
        self._local = MemoryBus(max_keys)
        self._out: dict[tuple[str, str], bytes] = {}
        self._to_send = asyncio.Event()
        self._hearing: PubSub | None = None
        self._heard_from: dict[str, asyncio.Event] = {}  # topics we asked Redis for; set: it has confirmed
        self._asked_at_s: dict[str, float] = {}
        self._heard_elsewhere: frozenset[str] = frozenset()
        self._up = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    # ---- running ---------------------------------------------------------------------------------

    async def start(self) -> None:
        """Connect; a Redis that is away is waited for a moment and found later."""
        self._tasks = [
            asyncio.create_task(run(), name=f"bus-{run.__name__}")
            for run in (self._hear, self._send, self._count, self._look_while_down)
        ]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * WITHIN_S):
                await self._up.wait()

    async def stop(self) -> None:
        with contextlib.suppress(TimeoutError, *UNREACHABLE):
            async with asyncio.timeout(WITHIN_S):
                await self._send_waiting()
        left = set(self._tasks)
        while left:  # the client takes a cancellation in the midst of a command for a broken connection
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=AGAIN_S)
        await self._redis.aclose()

    @property
    def connected(self) -> bool:
        """Whether the others hear us and we them."""
        return self._up.is_set()

    async def check(self) -> str | None:
        """For /readyz."""
        return None if self.connected else "Redis does not answer; this server goes on by itself"

    # ---- Bus -------------------------------------------------------------------------------------

    async def publish(self, topic: str, key: str, payload: bytes = b"") -> None:
        await self._local.publish(topic, key, payload)
        if (topic, key) not in self._out and len(self._out) >= self._max_keys:
            self._out.pop(next(iter(self._out)))
            self._metrics.count(BUS_LOST)
        self._out[topic, key] = payload
        self._to_send.set()

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[MemorySubscription]:
        return self._subscribed(topic)

    def has_subscribers(self, topic: str) -> bool:
        self._asked_at_s[topic] = asyncio.get_running_loop().time()
        return self._local.has_subscribers(topic) or topic in self._heard_elsewhere

    @asynccontextmanager
    async def _subscribed(self, topic: str) -> AsyncIterator[MemorySubscription]:
        async with self._local.subscribe(topic) as subscription:
            await self._ask_for(topic)
            try:
                yield subscription
            finally:
                if self._local.count(topic) == 1:
                    await self._ask_no_more(topic)

    async def _ask_for(self, topic: str) -> None:
        """Redis has confirmed when this returns, if it is there."""
        confirmed = self._heard_from.get(topic)
        if confirmed is None:
            confirmed = self._heard_from[topic] = asyncio.Event()
            hearing = self._hearing
            if hearing is not None:
                with contextlib.suppress(*_BROKEN):  # the next connection asks for all of them
                    await hearing.subscribe(_channel(topic))
        if self._up.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WITHIN_S):
                    await confirmed.wait()

    async def _ask_no_more(self, topic: str) -> None:
        self._heard_from.pop(topic, None)
        hearing = self._hearing
        if hearing is not None:
            with contextlib.suppress(*_BROKEN):
                await hearing.unsubscribe(_channel(topic))

    # ---- from Redis ------------------------------------------------------------------------------

    async def _hear(self) -> None:
        while True:
            try:
                await self._hear_until_it_breaks()
            except UNREACHABLE as error:
                if self._up.is_set():
                    log.warning("bus_lost", extra={"error": type(error).__name__})
            self._down()
            await asyncio.sleep(AGAIN_S)

    async def _hear_until_it_breaks(self) -> None:
        for confirmed in self._heard_from.values():
            confirmed.clear()
        async with self._redis.pubsub() as hearing:
            await hearing.subscribe(_QUIET, *(_channel(topic) for topic in self._heard_from))
            self._hearing = hearing
            loop = asyncio.get_running_loop()
            heard_at_s = pinged_at_s = loop.time()
            while True:
                message = await hearing.get_message(timeout=COUNT_EVERY_S)
                now_s = loop.time()
                if message is not None:
                    heard_at_s = now_s
                    await self._take(message)
                elif now_s - heard_at_s > SILENT_S:
                    raise TimeoutError("Redis is silent")
                if now_s - pinged_at_s >= 1.0:
                    pinged_at_s = now_s
                    await hearing.ping()

    async def _take(self, message: Mapping[str, object]) -> None:
        channel, data = _bytes(message.get("channel")).decode(), message.get("data")
        topic = channel.removeprefix(PREFIX)
        if message["type"] == "subscribe":
            if channel == _QUIET:
                await self._back()
            elif topic in self._heard_from:
                self._heard_from[topic].set()
        elif message["type"] == "message":
            origin, key, payload = _bytes(data).split(b"\0", 2)
            if origin != self._origin:
                self._metrics.count(BUS_RECEIVED)
                await self._local.publish(topic, key.decode(), payload)

    async def _back(self) -> None:
        """Connected (again): what was said meanwhile was not heard."""
        self._up.set()
        self._metrics.set(BUS_READY, 1.0)
        self._to_send.set()
        await self._wake_all()

    def _down(self) -> None:
        self._hearing = None
        self._up.clear()
        self._heard_elsewhere = frozenset()
        self._metrics.set(BUS_READY, 0.0)

    async def _look_while_down(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if not self._up.is_set():
                await self._wake_all()

    async def _wake_all(self) -> None:
        for topic in self._local.topics:
            for key in _WAKES.get(topic.partition("/")[0], ()):
                await self._local.publish(topic, key)

    # ---- to Redis --------------------------------------------------------------------------------

    async def _send(self) -> None:
        while True:
            await self._to_send.wait()
            try:
                await self._send_waiting()
            except UNREACHABLE:
                await asyncio.sleep(AGAIN_S)

    async def _send_waiting(self) -> None:
        """All that waits, in one go; what could not be sent waits on, behind nothing newer of its own."""
        self._to_send.clear()
        batch, self._out = self._out, {}
        if not batch:
            return
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for (topic, key), payload in batch.items():
                    pipe.publish(_channel(topic), b"\0".join((self._origin, key.encode(), payload)))
                await pipe.execute()
        except UNREACHABLE:
            kept = {one: payload for one, payload in batch.items() if not one[0].startswith(_PASSING)}
            self._metrics.count(BUS_LOST, len(batch) - len(kept))
            self._out = dict(list((kept | self._out).items())[-self._max_keys :])
            self._to_send.set()
            raise
        self._metrics.count(BUS_SENT, len(batch))

    # ---- who listens elsewhere -------------------------------------------------------------------

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(COUNT_EVERY_S)
            oldest_s = asyncio.get_running_loop().time() - ASKED_S
            self._asked_at_s = {t: at_s for t, at_s in self._asked_at_s.items() if at_s > oldest_s}
            if self._asked_at_s and self._up.is_set():
                with contextlib.suppress(*UNREACHABLE):
                    self._heard_elsewhere = await self._counted(self._asked_at_s)

    async def _counted(self, topics: Iterable[str]) -> frozenset[str]:
        counts = await self._redis.pubsub_numsub(*(_channel(topic) for topic in topics))
        found = {_bytes(channel).decode().removeprefix(PREFIX): count for channel, count in counts}
        return frozenset(topic for topic, count in found.items() if count > (topic in self._heard_from))


def _channel(topic: str) -> str:
    return f"{PREFIX}{topic}"


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
