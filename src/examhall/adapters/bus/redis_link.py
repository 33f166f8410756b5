"""How this server reaches Redis: one pool of connections, quick to fail, never waiting for long."""

from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

PREFIX: Final = "examhall:"
WITHIN_S: Final = 1.0  # one command
AGAIN_S: Final = 0.5  # between two attempts to reach it

# asyncio.TimeoutError is TimeoutError, and that is an OSError.
UNREACHABLE: Final = (RedisError, OSError)


def redis_at(url: str) -> Redis:
    """A client; it connects with the first command. Failures are told at once: the callers know what to do."""
    return Redis.from_url(
        url,
        socket_timeout=WITHIN_S,
        socket_connect_timeout=WITHIN_S,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


def server_channel(server_id: str) -> str:
    """Where the bus brings what is said to one server."""
    return f"{PREFIX}server/{server_id}"
