"""The port that is taken at start."""

import asyncio
import socket

from examhall.bootstrap.listening import take_port
from examhall.settings import Settings


async def test_answers_do_not_wait_for_acknowledgements() -> None:
    listening, settings = take_port(Settings(port=0))
    accepted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def meet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken = writer.get_extra_info("socket")
        accepted.set_result(bool(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(meet, sock=listening):
        reader, writer = await asyncio.open_connection(settings.host, settings.port)
        assert await accepted
        await reader.read()
        writer.close()
        await writer.wait_closed()
