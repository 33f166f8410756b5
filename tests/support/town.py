"""Several servers behind the proxy that we describe, on one PostgreSQL and one Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from support.live import LiveHouse, live_house
from support.nginx import nginx
from support.redis_server import RedisServer, free_port, redis_server
from support.replica import Replica, replica


@dataclass
class Town:
    """`house` is one more of the servers, of this process: staff are here, and what is stored can be read."""

    house: LiveHouse
    replicas: list[Replica]
    proxy: str
    redis: RedisServer

    async def owners(self) -> dict[str, str | None]:
        attempts = await self.house.services.attempt_store.attempts_of_exam(self.house.exam_id)
        return {attempt.id: attempt.owner_id for attempt in attempts}


@asynccontextmanager
async def town(folder: Path, database_url: str, replicas: int) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(redis_server(folder / "redis"))
        port = free_port()
        shared = {
            "data_dir": str(folder / "data"),
            "database_url": database_url,
            "redis_url": redis.url,
            "public_url": f"http://127.0.0.1:{port}",
            "trusted_proxies": "127.0.0.1",
        }
        house = await stack.enter_async_context(
            live_house(
                folder / "data", **{name: value for name, value in shared.items() if name != "data_dir"}
            )
        )
        house.base_url = f"http://127.0.0.1:{house.house.settings.port}"  # not by the proxy
        running = [
            await stack.enter_async_context(replica(shared, folder / f"replica-{number}.log"))
            for number in range(replicas)
        ]
        await asyncio.gather(*(one.answers() for one in running))
        proxy = stack.enter_context(nginx(folder / "nginx", [one.port for one in running], port))
        yield Town(house, running, proxy, redis)
