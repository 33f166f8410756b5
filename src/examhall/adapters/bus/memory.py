"""The bus of a single process: nothing leaves it, nothing is kept."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager


class MemorySubscription:
    """Overflow: the newest payload per key wins; with `max_keys` keys waiting the oldest key is dropped."""

    def __init__(self, max_keys: int) -> None:
        self._max_keys = max_keys
        self._waiting: dict[str, bytes] = {}  # insertion order = order of the first unread change
        self._arrived = asyncio.Event()
        self.dropped = 0

    def offer(self, key: str, payload: bytes) -> None:
        if key not in self._waiting and len(self._waiting) >= self._max_keys:
            self._waiting.pop(next(iter(self._waiting)))
            self.dropped += 1
        self._waiting[key] = payload
        self._arrived.set()

    async def next(self) -> tuple[str, bytes]:
        await self._arrived.wait()
        key = next(iter(self._waiting))
        payload = self._waiting.pop(key)
        if not self._waiting:
            self._arrived.clear()
        return key, payload


class MemoryBus:
    """Implements `Bus` for one event loop."""

    def __init__(self, max_keys: int = 4096) -> None:
        self._max_keys = max_keys
        self._topics: defaultdict[str, set[MemorySubscription]] = defaultdict(set)

    async def publish(self, topic: str, key: str, payload: bytes = b"") -> None:
        for subscription in self._topics.get(topic, ()):
            subscription.offer(key, payload)

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[MemorySubscription]:
        return self._subscribed(topic)

    def has_subscribers(self, topic: str) -> bool:
        return topic in self._topics

    @property
    def topics(self) -> tuple[str, ...]:
        """Those that somebody listens to."""
        return tuple(self._topics)

    def count(self, topic: str) -> int:
        """How many listen to it."""
        return len(self._topics.get(topic, ()))

    @asynccontextmanager
    async def _subscribed(self, topic: str) -> AsyncIterator[MemorySubscription]:
        subscription = MemorySubscription(self._max_keys)
        self._topics[topic].add(subscription)
        try:
            yield subscription
        finally:
            self._topics[topic].discard(subscription)
            if not self._topics[topic]:
                del self._topics[topic]
