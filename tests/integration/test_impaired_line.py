"""The impairment proxy carries no more than it is told to, and shares it."""

import asyncio

from support.impair import impaired

SIZE = 40_000


class Far:
    """A server that counts what comes on each connection, by the first letter."""

    def __init__(self) -> None:
        self.came = {"a": 0, "b": 0}
        self.more = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        while piece := await reader.read(4096):
            self.came[chr(head[0])] += len(piece)
            self.more.set()
        writer.close()

    async def until(self, who: str, size: int) -> None:
        async with asyncio.timeout(30):
            while self.came[who] < size:
                self.more.clear()
                await self.more.wait()


async def test_a_slow_line_is_shared_and_may_be_set_while_it_runs() -> None:
    far = Far()
    server = await asyncio.start_server(far.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    async with server, impaired(f"http://127.0.0.1:{port}") as line:
        line.up_bytes_per_s = 40_000
        at = int(line.url.rsplit(":", 1)[1])
        writers = {who: (await asyncio.open_connection("127.0.0.1", at))[1] for who in "ab"}
        began_s = loop.time()
        for who, writer in writers.items():
            writer.write(f"{who}\r\n\r\n".encode() + bytes(SIZE))
        await far.until("a", SIZE // 2)
        assert far.came["b"] > SIZE // 4, "neither waits until the other is through"
        assert loop.time() - began_s >= (SIZE // 2 + far.came["b"] - 8_192) / 40_000
        line.up_bytes_per_s = None
        await far.until("a", SIZE)
        await far.until("b", SIZE)
        for writer in writers.values():
            writer.close()
