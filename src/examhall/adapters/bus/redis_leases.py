"""Leases in Redis: one key for each attempt, which ends by itself when its holder does."""

from collections.abc import Collection
from typing import Final

from redis.asyncio import Redis

from examhall.adapters.bus.redis_link import PREFIX, UNREACHABLE
from examhall.application.ports.leases import LEASE_S, HeldBy, Taken

_LEASE_MS: Final = round(LEASE_S * 1000)
_AT_ONCE: Final = 500  # keys of one script run: Redis does nothing else meanwhile

# KEYS: leases; ARGV: our id, how long, "1" to take what another holds. Returns who holds each now.
_TAKE: Final = """
local holders = {}
for i, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if not holder or holder == ARGV[1] or ARGV[3] == '1' then
    redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
    holder = ARGV[1]
  end
  holders[i] = holder
end
return holders
"""
_RELEASE: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class RedisLeases:
    """Implements `Leases`. Redis down: every lease is ours, and the epoch in the attempt's row decides."""

    def __init__(self, redis: Redis, server_id: str) -> None:
        self._redis = redis
        self._server_id = server_id
        self._take = redis.register_script(_TAKE)
        self._release = redis.register_script(_RELEASE)

    async def take(self, attempt_id: str, *, by_force: bool = False) -> Taken | HeldBy:
        holder = (await self._holders([attempt_id], by_force=by_force))[0]
        return Taken() if holder == self._server_id else HeldBy(holder)

    async def release(self, attempt_id: str) -> None:
        try:
            await self._release(keys=[_key(attempt_id)], args=[self._server_id])
        except UNREACHABLE:
            return  # it ends by itself

    async def renew(self, attempt_ids: Collection[str]) -> frozenset[str]:
        ids = sorted(attempt_ids)
        lost: set[str] = set()
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            holders = await self._holders(some, by_force=False)
            lost.update(one for one, holder in zip(some, holders, strict=True) if holder != self._server_id)
        return frozenset(lost)

    async def _holders(self, attempt_ids: list[str], *, by_force: bool) -> list[str]:
        keys = [_key(one) for one in attempt_ids]
        try:
            found = await self._take(keys=keys, args=[self._server_id, _LEASE_MS, "1" if by_force else "0"])
        except UNREACHABLE:
            return [self._server_id] * len(attempt_ids)
        return [bytes(holder).decode() for holder in found]


def _key(attempt_id: str) -> str:
    return f"{PREFIX}lease:{attempt_id}"
