"""A TCP proxy that makes a bad line of a good one: late, slow, still, cut, half open, or without sockets."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PIECE = 16 * 1024
_SLOW_PIECES_PER_S = 20
# A network's own segments and little room on the way: loopback would take megabytes before a sender feels anything.
_SEGMENT = 1_400
_ROOM = 16 * 1024


@dataclass(slots=True)
class Line:
    """What the proxy does now; change it at any time.

    latency_s: in each direction. flowing: cleared, nothing passes and nothing is closed (half open).
    sockets: False refuses `Upgrade`, as some companies' proxies do.
    up_bytes_per_s (to the server), down_bytes_per_s: what all connections together may carry; None is no limit.
    """

    to: tuple[str, int]
    url: str = ""
    latency_s: float = 0.0
    sockets: bool = True
    up_bytes_per_s: float | None = None
    down_bytes_per_s: float | None = None
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    opened: int = 0
    carried_up: int = 0  # bytes
    _up_free_s: float = 0.0
    _down_free_s: float = 0.0
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
            await asyncio.gather(self._pass(reader, back, up=True), self._pass(there, writer, up=False))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._writers -= {writer, back}
            for one in (writer, back):
                one.close()
                with contextlib.suppress(OSError):
                    await one.wait_closed()

    async def _take_turn(self, size: int, *, up: bool) -> None:
        """Wait until so many bytes have gone through what all connections share; who waits goes in turn."""
        rate = self.up_bytes_per_s if up else self.down_bytes_per_s
        if rate is None:
            return
        now_s = asyncio.get_running_loop().time()
        through_s = max(now_s, self._up_free_s if up else self._down_free_s) + size / rate
        if up:
            self._up_free_s = through_s
        else:
            self._down_free_s = through_s
        await asyncio.sleep(through_s - now_s)

    def _piece(self, *, up: bool) -> int:
        """How much passes at once: little on a slow line, so that nobody waits long for another's piece."""
        rate = self.up_bytes_per_s if up else self.down_bytes_per_s
        return _PIECE if rate is None else max(256, min(_PIECE, int(rate / _SLOW_PIECES_PER_S)))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
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
            while piece := await reader.read(self._piece(up=up)):
                await self._take_turn(len(piece), up=up)
                if up:
                    self.carried_up += len(piece)
                await late.put((loop.time() + self.latency_s, piece))
            if writer not in self._abandoned:
                await asyncio.wait({delivering}, timeout=self.latency_s + 0.2)
                writer.close()
        finally:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)


def _listening() -> socket.socket:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
    return listening


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

    server = await asyncio.start_server(visit, sock=_listening(), limit=_ROOM)
    line.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
        for task in list(visits):
            task.cancel()
        await asyncio.gather(*visits, return_exceptions=True)


@contextmanager
def impaired_meanwhile(base_url: str) -> Iterator[Line]:
    """The same in a thread of its own, for tests that wait in a browser. Set numbers only; call nothing."""
    opened: list[Line] = []
    up, done = threading.Event(), threading.Event()

    async def run() -> None:
        try:
            async with impaired(base_url) as line:
                opened.append(line)
                up.set()
                await asyncio.to_thread(done.wait)
        finally:
            up.set()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    try:
        up.wait()
        yield opened[0]
    finally:
        done.set()
        thread.join()
