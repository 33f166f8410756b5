"""One socket as both pages use it: a bounded queue out, checked messages in, signs of life.

Out: control messages go before data (thumbnails), of which only the newest for each key is kept. A page that
lets 512 control messages pile up, or takes 10 s for one, is closed with 4413 and comes back to a fresh state.
"""

import asyncio
import contextlib
import json
import secrets
from collections import deque
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar, get_args

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, TypeAdapter, ValidationError

from examhall.application.leaving import Leaving
from examhall.application.ports.live_metrics import (
    MESSAGES_IGNORED,
    SOCKET_DATA_REPLACED,
    SOCKET_QUEUE,
    SOCKETS_CLOSED,
    SOCKETS_OPENED,
)
from examhall.application.ports.metrics import Metrics
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.web import wire
from examhall.web.plain import refuse_nul

MAX_WAITING = 512
MAX_SIGNAL_BYTES = 16_384
MAX_TEXT_BYTES = 32_768
SEND_WITHIN_S = 10.0
PING_EVERY_S = 5.0
SILENT_AFTER_S = 15.0
HELLO_WITHIN_S = 10.0

Incoming = TypeVar("Incoming")


def known_types(union: object) -> frozenset[str]:
    """The values of `type` of a union of wire messages."""
    members = get_args(get_args(union)[0])
    return frozenset(str(member.model_fields["type"].default) for member in members)


async def until_one_ends(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all; when one ends or raises, cancel the others and raise what it raised."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Closed(Exception):
    """This side has closed the socket; `code` as in wire.py."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def _no_such_number(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")


class Line(Generic[Incoming]):
    """An accepted socket. `kind` is the metrics' label; `known` the types of message it takes."""

    def __init__(
        self,
        websocket: WebSocket,
        kind: str,
        adapter: TypeAdapter[Incoming],
        known: frozenset[str],
        metrics: Metrics,
        leaving: Leaving,
    ) -> None:
        self._leaving = leaving
        self._websocket = websocket
        self._kind = kind
        self._adapter = adapter
        self._known = known
        self._metrics = metrics
        self._control: deque[str] = deque()
        self._data: dict[str, bytes] = {}
        self._wake = asyncio.Event()
        self._closing: Closed | None = None
        self._heard = asyncio.Event()
        self._heard_at = asyncio.get_running_loop().time()
        self._listening = True

    # ---- out -------------------------------------------------------------------------------------

    def say(self, message: BaseModel) -> None:
        """Queue a message; never waits."""
        if self._closing is not None:
            return
        if len(self._control) >= MAX_WAITING:
            self._control.clear()
            self.close(wire.CLOSE_TOO_SLOW, "too_slow")
            return
        self._control.append(message.model_dump_json())
        self._wake.set()

    def show(self, key: str, data: bytes) -> None:
        """Queue data; what is not yet sent under the same key is replaced."""
        if key in self._data:
            self._metrics.count(SOCKET_DATA_REPLACED, kind=self._kind)
        self._data[key] = data
        self._wake.set()

    def refuse(self, error: ExamhallError, about: str | None = None) -> None:
        self.say(wire.ErrorMessage(code=error.code, message=error.message, about=about))

    def close(self, code: int, reason: str) -> None:
        """Close once what is queued has been sent. The first reason stands."""
        if self._closing is None:
            self._closing = Closed(code, reason)
            self._data.clear()
            self._wake.set()

    async def write(self) -> None:
        """Send until closed; ends by raising `Closed` or `WebSocketDisconnect`."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._metrics.observe(SOCKET_QUEUE, len(self._control) + len(self._data), kind=self._kind)
            try:
                async with asyncio.timeout(SEND_WITHIN_S) as limit:
                    while self._control or self._data:
                        await self._send_one()
                        limit.reschedule(asyncio.get_running_loop().time() + SEND_WITHIN_S)
            except TimeoutError as error:
                raise Closed(wire.CLOSE_TOO_SLOW, "too_slow") from error
            if self._closing is not None:
                raise self._closing

    async def _send_one(self) -> None:
        if self._control:
            await self._websocket.send_text(self._control.popleft())
            return
        key = next(iter(self._data))
        await self._websocket.send_bytes(self._data.pop(key))

    # ---- in --------------------------------------------------------------------------------------

    async def receive(self) -> Incoming | bytes | None:
        """The next message; None for one that was refused or ignored (the page is told why)."""
        self._heard_at = asyncio.get_running_loop().time()
        self._listening = True
        try:
            message = await self._websocket.receive()
        finally:
            self._listening = False
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1005)
        self._heard.set()
        data = message.get("bytes")
        return bytes(data) if data is not None else self._read(message.get("text") or "")

    def _read(self, text: str) -> Incoming | None:
        try:
            return self._checked(text)
        except ExamhallError as error:
            self.refuse(error)
            return None

    def _checked(self, text: str) -> Incoming | None:
        if len(text) > MAX_TEXT_BYTES:
            raise ExamhallError(
                ErrorKind.TOO_LARGE, "message_too_large", f"A message has at most {MAX_TEXT_BYTES} bytes."
            )
        try:
            value: object = json.loads(text, parse_constant=_no_such_number)
            refuse_nul(value)
        except (ValueError, RecursionError) as error:  # the latter: thousands of brackets
            raise ExamhallError(ErrorKind.INVALID, "message_invalid", "A message must be JSON.") from error
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in self._known:
            self._metrics.count(MESSAGES_IGNORED, kind=self._kind)
            return None
        if kind == "watch_signal" and len(text) > MAX_SIGNAL_BYTES:
            raise ExamhallError(
                ErrorKind.TOO_LARGE, "signal_too_large", f"Signalling has at most {MAX_SIGNAL_BYTES} bytes."
            )
        try:
            message = self._adapter.validate_python(value)
        except ValidationError as error:
            raise ExamhallError(
                ErrorKind.INVALID, "message_invalid", f"The {kind} message does not fit the schema."
            ) from error
        if isinstance(message, wire.Ping):
            self.say(wire.Pong(nonce=message.nonce))
            return None
        return message

    async def hello(self) -> Incoming:
        """The first message. Raises `Closed` when none comes in time."""
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                first = await self.receive()
        except TimeoutError as error:
            raise Closed(wire.CLOSE_BAD_MESSAGE, "hello_expected") from error
        if first is None or isinstance(first, bytes):
            raise Closed(wire.CLOSE_BAD_MESSAGE, "hello_expected")
        return first

    # ---- signs of life ---------------------------------------------------------------------------

    async def answers(self, within_s: float) -> bool:
        """Ask for a sign of life: any message after the question counts."""
        self._heard.clear()
        self.say(wire.Ping(nonce=secrets.token_hex(8)))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._heard.wait()
        return self._heard.is_set()

    async def watch_life(self) -> None:
        """Notice a connection that is open on one side only.

        While we are busy with what the page said (a slow database), it is not the page that is silent.
        """
        while True:
            await asyncio.sleep(PING_EVERY_S)
            if self._listening and asyncio.get_running_loop().time() - self._heard_at > SILENT_AFTER_S:
                raise Closed(wire.CLOSE_SILENT, "silent")
            self.say(wire.Ping(nonce=secrets.token_hex(8)))

    async def _sent_away(self) -> None:
        """When the server goes: say when to come back, and close."""
        await self._leaving.begun()
        self.say(wire.ComeBack(after_s=round(self._leaving.back_after_s(), 2)))
        raise Closed(wire.CLOSE_COME_BACK, "come_back")

    # ---- the whole of it -------------------------------------------------------------------------

    async def run(self, *parts: Coroutine[Any, Any, None]) -> None:
        """Run until one part ends, send what is queued, and close. A part ends by raising."""
        with self._leaving.page():
            await self._run(*parts)

    async def _run(self, *parts: Coroutine[Any, Any, None]) -> None:
        self._metrics.count(SOCKETS_OPENED, kind=self._kind)
        writer = asyncio.create_task(self.write())
        tasks = [
            writer,
            *(asyncio.create_task(part) for part in (self.watch_life(), self._sent_away(), *parts)),
        ]
        code = 1011
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            code = await self._end(writer, done)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._metrics.count(SOCKETS_CLOSED, kind=self._kind, code=str(code))

    async def _end(self, writer: asyncio.Task[None], done: set[asyncio.Task[None]]) -> int:
        error = next((task.exception() for task in done), None)
        if isinstance(error, WebSocketDisconnect):
            return error.code
        unexpected = None if isinstance(error, Closed | ExamhallError) else error
        closed = error if isinstance(error, Closed) else Closed(1011, "internal_error")
        if isinstance(error, ExamhallError):
            closed = Closed(wire.CLOSE_COME_BACK if error.passes else wire.CLOSE_BAD_MESSAGE, error.code)
        if writer not in done:
            self.close(closed.code, closed.reason)
            await asyncio.wait([writer], timeout=SEND_WITHIN_S)
        await self.shut(closed)
        if unexpected is not None:
            raise unexpected
        return closed.code

    async def shut(self, closed: Closed) -> None:
        """Close the socket itself; a page that is gone already is no error."""
        with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(2.0):
                await self._websocket.close(closed.code, closed.reason)
