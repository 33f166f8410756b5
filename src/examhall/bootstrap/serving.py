"""Runs a built house behind uvicorn, until told to stop."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from examhall.application.services import Services
from examhall.bootstrap.house import House
from examhall.bootstrap.listening import take_port

__all__ = ["HouseServer", "server_of", "take_port"]

_GRACE_S = 5
_IDLE_S = 75  # longer than proxies keep theirs (nginx: 60): we must not close while a request is on its way


class HouseServer(uvicorn.Server):
    """uvicorn that lets the parts say goodbye to the pages before it closes their connections."""

    def __init__(self, config: uvicorn.Config, services: Services) -> None:
        super().__init__(config)
        self._services = services
        self.answering = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """SIGINT and SIGTERM end the serving, once.

        uvicorn's own raises the signal again afterwards, which would kill us before the parts have stopped.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal drains; the second one ends at once, as the workers do when we are gone."""
        if self.should_exit:
            os._exit(1)
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answering.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._services.drain()
        await super().shutdown(sockets)


def server_of(house: House) -> HouseServer:
    """The server of a house; run it inside `house.services.running()`."""
    settings = house.settings
    config = uvicorn.Config(
        house.app,
        lifespan="off",
        log_config=None,
        access_log=False,  # ours has ids only, see web/request_log.py
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=2 * 1024 * 1024,
        ws_per_message_deflate=False,  # nearly all of it is JPEG: deflating that only costs
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies) or None,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=_IDLE_S,
    )
    return HouseServer(config, house.services)
