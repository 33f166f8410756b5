"""One of several servers, in a process of its own: `python -m support.replica`, settings from the environment.

All of it is what `examhall serve` runs, but for the vision workers, which find what the picture is known to show.
"""

import asyncio
import contextlib
import os
import sys
import urllib.request
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from examhall.bootstrap.house import Replaced, build
from examhall.bootstrap.serving import server_of, take_port
from examhall.settings import Settings
from support.live import LIMIT_S, scripted
from support.redis_server import free_port

TESTS = Path(__file__).parents[1]


async def main() -> None:
    listening, settings = take_port(Settings())
    house = build(settings, replaced=Replaced(vision=scripted()))
    async with house.services.running():
        await server_of(house).serve(sockets=[listening])


@dataclass
class Replica:
    port: int
    process: asyncio.subprocess.Process

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answers(self) -> None:
        async with asyncio.timeout(4 * LIMIT_S):
            while not await asyncio.to_thread(self._healthy):
                assert self.process.returncode is None, "the replica ended"
                await asyncio.sleep(0.1)

    def _healthy(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.base_url}/healthz", timeout=2):
            return True
        return False

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


@contextlib.asynccontextmanager
async def replica(settings: Mapping[str, str], log: Path) -> AsyncIterator[Replica]:
    """settings: by the names of `Settings`."""
    port = free_port()
    names = {f"EXAMHALL_{name.upper()}": value for name, value in settings.items()}
    environment = {**os.environ, **names, "EXAMHALL_PORT": str(port), "PYTHONPATH": str(TESTS)}
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "support.replica", env=environment, stdout=out, stderr=out
        )
    running = Replica(port, process)
    try:
        yield running
    finally:
        if process.returncode is None:
            process.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LIMIT_S):
                    await process.wait()
        if process.returncode is None:
            await running.kill()


if __name__ == "__main__":
    asyncio.run(main())
