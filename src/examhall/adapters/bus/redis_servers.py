"""Presence in Redis: each server says once a second that it is there."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from redis.asyncio import Redis

from examhall.adapters.bus.redis_link import PREFIX, UNREACHABLE, server_channel
from examhall.application.ports.servers import PRESENT_S, ServerView

_ALL: Final = f"{PREFIX}servers"  # names; whose key has ended is gone
_PRESENT_MS: Final = round(PRESENT_S * 1000)


class RedisServers:
    """Implements `Servers`."""

    def __init__(self, redis: Redis, server_id: str) -> None:
        self._redis = redis
        self._server_id = server_id
        self._seen: dict[str, ServerView] = {}

    @property
    def server_id(self) -> str:
        return self._server_id

    @property
    def alone(self) -> bool:
        return False

    async def say(self, view: ServerView) -> None:
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.set(_key(view.server_id), json.dumps(asdict(view)), px=_PRESENT_MS)
                pipe.sadd(_ALL, view.server_id)
                await pipe.execute()
        except UNREACHABLE:
            return

    async def look(self) -> Mapping[str, ServerView] | None:
        try:
            ids = sorted(one.decode() for one in await self._redis.smembers(_ALL) if isinstance(one, bytes))
            said = await self._redis.mget([_key(one) for one in ids]) if ids else []
            gone = [one for one, text in zip(ids, said, strict=True) if text is None]
            if gone:
                await self._redis.srem(_ALL, *gone)
        except UNREACHABLE:
            return None
        views = (ServerView(**json.loads(text)) for text in said if text is not None)
        self._seen = {view.server_id: view for view in views}
        return self._seen

    @property
    def seen(self) -> Mapping[str, ServerView]:
        return self._seen

    async def reachable(self, server_id: str) -> bool:
        try:
            counts = await self._redis.pubsub_numsub(server_channel(server_id))
        except UNREACHABLE:
            return False
        return any(count > 0 for _, count in counts)

    async def leave(self) -> None:
        try:
            await self._redis.delete(_key(self._server_id))
            await self._redis.srem(_ALL, self._server_id)
        except UNREACHABLE:
            return


def _key(server_id: str) -> str:
    return f"{PREFIX}server:{server_id}"
