"""A TCP proxy that makes a bad line of a good one: late, still, cut, half open, or without sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PIECE = 16 * 1024


@dataclass(slots=True)
class Line:
    """What the proxy does now; change it at any time.

    latency_s: in each direction. flowing: cleared, nothing passes and nothing is closed (half open).
    sockets: False refuses `Upgrade`, as some companies' proxies do.
    """

    to: tuple[str, int]
    url: str = ""
    latency_s: float = 0.0
    sockets: bool = True
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    opened: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _abandoned: set[asyncio.StreamWriter] = field(default_factory=set)

    def reset(self) -> int:
        """Cut every connection with a reset; answers how many there were."""
        cut = list(self._writers)
        for writer in cut:
            writer.transport.abort()
        return len(cut)

    def half_open(self) -> None:
        """The connections of now pass nothing more and are never closed; new ones are good."""
        self._abandoned |= self._writers

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        try:
            there, back = await asyncio.open_connection(*self.to)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, back}
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if not self.sockets and b"upgrade: websocket" in head.lower():
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
                return
            back.write(head)
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._writers -= {writer, back}
            for one in (writer, back):
                one.close()
                with contextlib.suppress(OSError):
                    await one.wait_closed()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pieces arrive `latency_s` later, in their order, without holding up those behind them."""
        loop = asyncio.get_running_loop()
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(256)

        async def deliver() -> None:
            while True:
                due_s, piece = await late.get()
                await asyncio.sleep(max(0.0, due_s - loop.time()))
                await self.flowing.wait()
                if writer in self._abandoned:
                    continue  # the other side never hears of it
                writer.write(piece)
                await writer.drain()
                if not piece:
                    return

        delivering = asyncio.create_task(deliver())
        try:
            while piece := await reader.read(_PIECE):
                await late.put((loop.time() + self.latency_s, piece))
            if writer not in self._abandoned:
                await asyncio.wait({delivering}, timeout=self.latency_s + 0.2)
                writer.close()
        finally:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)


@asynccontextmanager
async def impaired(base_url: str) -> AsyncIterator[Line]:
    """A line to a server; its `url` stands in for the server's."""
    parts = urlsplit(base_url)
    line = Line((parts.hostname or "127.0.0.1", parts.port or 80))
    line.flowing.set()
    visits: set[asyncio.Task[None]] = set()

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        visits.add(task)
        try:
            await line._serve(reader, writer)
        finally:
            visits.discard(task)

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    line.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
        for task in list(visits):
            task.cancel()
        await asyncio.gather(*visits, return_exceptions=True)
