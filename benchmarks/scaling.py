"""What one more server costs: the same crowd at one and at two, behind the shipped proxy, and then one is killed.

Everything is real but the vision workers (`make bench` and `examhall plan` say what those cost): PostgreSQL,
Redis, nginx, servers as processes of their own. Prints a Markdown table. Run by `make scaling`, on a quiet machine.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from support.lasting_page import LastingPage, lasting_pages
from support.live import ALONE, live_house
from support.nginx import nginx
from support.postgres import running_cluster
from support.redis_server import free_port, redis_server
from support.replica import Replica, replica


@dataclass(frozen=True)
class Figures:
    servers: int
    candidates: int
    candidates_per_core: float
    redis_messages_per_s: float
    writes_per_candidate_minute: float
    back_s: float | None


async def _commits(url: str) -> tuple[int, int]:
    """Transactions, and rows written, since the database began."""
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        # The figures of other connections arrive within a second of their transaction.
        row = (
            await connection.execute(
                text(
                    "SELECT xact_commit, tup_inserted + tup_updated + tup_deleted "
                    "FROM pg_stat_database WHERE datname = current_database()"
                )
            )
        ).one()
    await engine.dispose()
    return int(row[0]), int(row[1])


async def _published(redis: Redis) -> int:
    stats = await redis.info("commandstats")
    return int(stats.get("cmdstat_publish", {}).get("calls", 0))


def _cpu_s(replicas: list[Replica]) -> float:
    times = [psutil.Process(one.process.pid).cpu_times() for one in replicas]
    return sum(one.user + one.system for one in times)


async def measure(folder: Path, url: str, servers: int, candidates: int, seconds: float) -> Figures:
    async with AsyncExitStack() as stack:
        server = stack.enter_context(redis_server(folder / "redis"))
        port = free_port()
        shared = {
            "database_url": url,
            "redis_url": server.url,
            "public_url": f"http://127.0.0.1:{port}",
            "trusted_proxies": "127.0.0.1",
        }
        house = await stack.enter_async_context(live_house(folder / "data", **shared))
        house.base_url = f"http://127.0.0.1:{house.house.settings.port}"
        everything = {**shared, "data_dir": str(folder / "data")}
        running = [
            await stack.enter_async_context(replica(everything, folder / f"{number}.log"))
            for number in range(servers)
        ]
        for one in running:
            await one.answers()
        proxy = stack.enter_context(nginx(folder / "nginx", [one.port for one in running], port))
        who = [await house.live_candidate(f"Candidate {number}") for number in range(candidates)]
        pages = [LastingPage(proxy, one, ALONE, event_every_s=20.0, frame_every_s=1.0) for one in who]
        redis = Redis.from_url(server.url)
        async with house.wall() as wall, lasting_pages(*pages):
            await wall.next("snapshot")
            for page in pages:
                await page.until("connected", lambda p: p.connections)
            await asyncio.sleep(5)
            began, cpu, (_, rows), sent = (
                time.monotonic(), _cpu_s(running), await _commits(url), await _published(redis),
            )  # fmt: skip
            await asyncio.sleep(seconds)
            took = time.monotonic() - began
            cpu, rows = _cpu_s(running) - cpu, (await _commits(url))[1] - rows
            sent = await _published(redis) - sent
            back_s = await _kill_one(running, pages) if servers > 1 else None
        await redis.aclose()
        return Figures(
            servers,
            candidates,
            candidates / (cpu / took),
            sent / took,
            rows / candidates / (took / 60),
            back_s,
        )


async def _kill_one(running: list[Replica], pages: list[LastingPage]) -> float:
    """How long the last of its candidates was away."""
    before = {id(page): len(page.connections) for page in pages}
    killed_at = time.time()
    await running[0].kill()
    await asyncio.sleep(15)
    back = [page.connections[-1] / 1000 for page in pages if len(page.connections) > before[id(page)]]
    return max(back) - killed_at if back else float("nan")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=60.0)
    wanted = parser.parse_args()
    out = sys.stdout.write
    out("| servers | candidates | candidates per core, without vision | Redis messages/s ")
    out("| rows written per candidate-minute | all back after a kill |\n|---:|---:|---:|---:|---:|---:|\n")
    with running_cluster() as cluster:
        for servers in (1, 2):
            name = cluster.create()
            with tempfile.TemporaryDirectory() as folder:
                found = await measure(
                    Path(folder), cluster.url(name), servers, wanted.candidates, wanted.seconds
                )
            back = "" if found.back_s is None else f"{found.back_s:.1f} s"
            out(
                f"| {found.servers} | {found.candidates} | {found.candidates_per_core:.0f} | "
                f"{found.redis_messages_per_s:.1f} | {found.writes_per_candidate_minute:.0f} | {back} |\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
