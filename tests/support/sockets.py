"""An open wall of a browser that is signed in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from support.server import Server


@dataclass(frozen=True, slots=True)
class Wall:
    socket: ClientConnection

    async def closed(self, *, within_s: float) -> int:
        """Read until the server closes; the code."""
        async with asyncio.timeout(within_s):
            try:
                while True:
                    await self.socket.recv()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 1006


@asynccontextmanager
async def monitor_socket(server: Server, exam_id: str, client: httpx.AsyncClient) -> AsyncIterator[Wall]:
    """The monitor's socket with the browser's cookie, after its snapshot has come."""
    url = server.base_url.replace("http", "ws", 1) + f"/ws/exams/{exam_id}/monitor"
    headers = {"Cookie": f"examhall_staff={client.cookies['examhall_staff']}"}
    async with connect(url, additional_headers=headers, origin=Origin(server.base_url), proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello", "protocol": 1}))
        await asyncio.wait_for(socket.recv(), 10)
        yield Wall(socket)
