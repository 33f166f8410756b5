"""The bus carries wake-ups and small payloads between the parts that serve one exam."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Subscription(Protocol):
    """Bounded; the newest message per (topic, key) wins, so a slow reader never builds a queue."""

    @property
    def dropped(self) -> int:
        """How many keys were let go of so far because too many waited."""
        ...

    async def next(self) -> tuple[str, bytes]:
        """Return (key, payload) of the oldest key that changed since the last call; waits for one."""
        ...


class Bus(Protocol):
    """Topics: `exam/{exam_id}` (key "updates": the outbox has grown), `thumbnails/{exam_id}` (key = attempt id),
    `attempt/{attempt_id}` (keys "state", "chat", "warning", ...: look at the store and tell the page)."""

    async def publish(self, topic: str, key: str, payload: bytes = b"") -> None: ...

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[Subscription]: ...

    def has_subscribers(self, topic: str) -> bool:
        """Whether anybody here listens; thumbnails are only made public while somebody watches."""
        ...
