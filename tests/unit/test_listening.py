"""The port that is taken at start."""

import asyncio
import socket

import pytest

from examhall.bootstrap.listening import take_port
from examhall.domain.errors import ExamhallError
from examhall.settings import Settings


async def test_answers_do_not_wait_for_acknowledgements() -> None:
    listening, settings = take_port(Settings(port=0))
    accepted: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()

    async def meet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set_result(writer.get_extra_info("socket"))

    async with await asyncio.start_server(meet, sock=listening):
        _, writer = await asyncio.open_connection(settings.host, settings.port)
        assert (await accepted).getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()


def test_a_taken_port_is_a_clear_error() -> None:
    listening, settings = take_port(Settings(port=0))
    with listening, pytest.raises(ExamhallError) as refused:
        listening.listen()
        take_port(settings)
    assert refused.value.code == "port_taken"
