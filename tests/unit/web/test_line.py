"""One socket's queue, its order and its ends, over a scripted ASGI connection."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest
from fastapi import WebSocket
from pydantic import TypeAdapter

from examhall.adapters.metrics import PrometheusMetrics
from examhall.application.leaving import Leaving
from examhall.web import wire
from examhall.web.sockets import line as lines
from examhall.web.sockets.line import Closed, Line, known_types

Message = MutableMapping[str, Any]
LIMIT_S = 10.0


class Wire:
    """The other end: reads only while `open` is set."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.sent: list[Message] = []
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()

    async def send(self, message: Message) -> None:
        if message["type"] == "websocket.send":
            await self.open.wait()
        self.sent.append(message)

    @property
    def texts(self) -> list[str]:
        return [json.loads(m["text"])["type"] for m in self.sent if m.get("text")]

    @property
    def close_code(self) -> int | None:
        return next((m["code"] for m in self.sent if m["type"] == "websocket.close"), None)


async def accepted(wire_end: Wire) -> tuple[Line[wire.CandidateMessage], PrometheusMetrics]:
    websocket = WebSocket({"type": "websocket"}, wire_end.incoming.get, wire_end.send)
    await wire_end.incoming.put({"type": "websocket.connect"})
    await websocket.accept()
    metrics = PrometheusMetrics()
    adapter: TypeAdapter[wire.CandidateMessage] = TypeAdapter(wire.CandidateMessage)
    known = known_types(wire.CandidateMessage)
    return Line(websocket, "candidate", adapter, known, metrics, Leaving(lambda: 0.5)), metrics


async def reading(line: Line[wire.CandidateMessage]) -> None:
    while True:
        await line.receive()


async def within(awaitable: Awaitable[None]) -> None:
    async with asyncio.timeout(LIMIT_S):
        await awaitable


async def test_control_goes_before_data_and_only_the_newest_data_goes() -> None:
    end = Wire()
    line, _ = await accepted(end)
    line.show("a", b"old")
    line.show("b", b"other")
    line.show("a", b"new")
    line.say(wire.HandChanged(raised=True))
    line.close(wire.CLOSE_OVER, "over")
    line.show("c", b"too late is fine")
    end.open.set()
    await within(line.run(reading(line)))
    assert end.texts == ["hand"]
    assert end.close_code == wire.CLOSE_OVER
    assert b"old" not in [m.get("bytes") for m in end.sent]


async def test_a_page_that_does_not_read_is_closed_instead_of_queued_for() -> None:
    end = Wire()
    line, metrics = await accepted(end)
    for _ in range(lines.MAX_WAITING + 1):
        line.say(wire.HandChanged(raised=True))
    end.open.set()
    await within(line.run(reading(line)))
    assert end.close_code == wire.CLOSE_TOO_SLOW
    assert end.texts == []
    assert f'code="{wire.CLOSE_TOO_SLOW}"' in metrics.exposition().decode()


async def test_a_message_that_is_not_taken_in_time_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "SEND_WITHIN_S", 0.05)
    end = Wire()
    line, _ = await accepted(end)
    line.say(wire.HandChanged(raised=True))
    await within(line.run(reading(line)))
    assert end.close_code == wire.CLOSE_TOO_SLOW


async def test_a_line_that_is_open_on_one_side_only_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PING_EVERY_S", 0.02)
    monkeypatch.setattr(lines, "SILENT_AFTER_S", 0.1)
    end = Wire()
    end.open.set()
    line, _ = await accepted(end)
    await within(line.run(reading(line)))
    assert end.close_code == wire.CLOSE_SILENT
    assert "ping" in end.texts


async def test_a_page_is_not_silent_while_we_are_busy_with_what_it_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lines, "PING_EVERY_S", 0.02)
    monkeypatch.setattr(lines, "SILENT_AFTER_S", 0.1)
    end, stored = Wire(), asyncio.Event()
    end.open.set()
    line, _ = await accepted(end)

    async def store_slowly() -> None:
        await line.receive()
        await stored.wait()  # a database that is out of breath

    await end.incoming.put({"type": "websocket.receive", "text": '{"type": "raise_hand", "raised": true}'})
    running = asyncio.create_task(line.run(store_slowly()))
    async with asyncio.timeout(LIMIT_S):
        while end.texts.count("ping") < 10:  # noqa: ASYNC110 - twice as long as silence may last
            await asyncio.sleep(0.01)
    assert end.close_code is None
    stored.set()
    await within(running)


async def test_any_message_after_the_question_is_a_sign_of_life() -> None:
    end = Wire()
    line, _ = await accepted(end)
    assert not await line.answers(0.01)
    asking = asyncio.create_task(line.answers(LIMIT_S))
    await asyncio.sleep(0)  # the question is asked
    await end.incoming.put({"type": "websocket.receive", "text": '{"type": "pong", "nonce": "x"}'})
    await line.receive()
    assert await asking


@pytest.mark.parametrize("raised", [Closed(4400, "hello_expected"), RuntimeError("a fault of ours")])
async def test_the_end_of_a_part_closes_after_what_was_queued(raised: Exception) -> None:
    end = Wire()
    end.open.set()
    line, _ = await accepted(end)

    async def part() -> None:
        line.say(wire.HandChanged(raised=True))
        raise raised

    run: Callable[[], Awaitable[None]] = lambda: line.run(part())  # noqa: E731
    if isinstance(raised, Closed):
        await within(run())
        assert end.close_code == 4400
    else:
        with pytest.raises(RuntimeError):
            await within(run())
        assert end.close_code == 1011
    assert end.texts == ["hand"]
