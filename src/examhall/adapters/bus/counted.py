"""A bus that is counted, whichever it is."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from examhall.application.ports.bus import Bus, Subscription
from examhall.application.ports.live_metrics import BUS_DROPPED, BUS_PUBLISHED, BUS_READ
from examhall.application.ports.metrics import Metrics


class CountedSubscription:
    """Counts what is read, and what was let go of meanwhile."""

    def __init__(self, inner: Subscription, kind: str, metrics: Metrics) -> None:
        self._inner = inner
        self._kind = kind
        self._metrics = metrics
        self._dropped = 0

    @property
    def dropped(self) -> int:
        return self._inner.dropped

    async def next(self) -> tuple[str, bytes]:
        got = await self._inner.next()
        self._metrics.count(BUS_READ, topic=self._kind)
        if self.dropped > self._dropped:
            self._metrics.count(BUS_DROPPED, self.dropped - self._dropped, topic=self._kind)
            self._dropped = self.dropped
        return got


class CountedBus:
    """Implements `Bus` around another. The label is the topic's first part, which is one of a few words."""

    def __init__(self, inner: Bus, metrics: Metrics) -> None:
        self._inner = inner
        self._metrics = metrics

    async def publish(self, topic: str, key: str, payload: bytes = b"") -> None:
        await self._inner.publish(topic, key, payload)
        self._metrics.count(BUS_PUBLISHED, topic=_kind(topic))

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[CountedSubscription]:
        return self._subscribed(topic)

    def has_subscribers(self, topic: str) -> bool:
        return self._inner.has_subscribers(topic)

    @asynccontextmanager
    async def _subscribed(self, topic: str) -> AsyncIterator[CountedSubscription]:
        async with self._inner.subscribe(topic) as subscription:
            yield CountedSubscription(subscription, _kind(topic), self._metrics)


def _kind(topic: str) -> str:
    return topic.partition("/")[0]
