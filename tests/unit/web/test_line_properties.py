"""Whatever text comes over a socket: it is read, ignored and counted, or refused with a code. Nothing else happens."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import pytest
from fastapi import WebSocket
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from examhall.adapters.metrics import PrometheusMetrics
from examhall.application.leaving import Leaving
from examhall.application.ports.live_metrics import MESSAGES_IGNORED
from examhall.web import wire
from examhall.web.plain import LARGEST
from examhall.web.sockets.line import MAX_TEXT_BYTES, Line, known_types

KNOWN = known_types(wire.CandidateMessage) | known_types(wire.MonitorMessage)
REFUSALS = {"message_invalid", "message_too_large", "signal_too_large"}
NUMBERS = st.one_of(st.integers(), st.integers(min_value=2**53), st.floats(), st.just(10**400))
TEXTS = st.one_of(st.text(), st.text("\0\ud800\udfff\u202e<&'\"=", max_size=10))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)
FIELDS = sorted({name for one in wire.Message.__subclasses__() for name in one.model_fields} - {"type"})
# A known type with fields of the right names and anything in them.
NEARLY = st.builds(
    lambda kind, values: {**values, "type": kind},
    st.sampled_from(sorted(KNOWN)),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6),
)


async def said(text: str, union: object) -> tuple[object, list[dict[str, Any]], float]:
    """What a line makes of one text: the message, what it answered, how many it ignored."""
    sent: list[MutableMapping[str, Any]] = []
    incoming: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    websocket = WebSocket({"type": "websocket"}, incoming.get, send)
    await incoming.put({"type": "websocket.connect"})
    await websocket.accept()
    metrics = PrometheusMetrics()
    leaving = Leaving(lambda: 0.5)
    line: Line[Any] = Line(websocket, "candidate", TypeAdapter(union), known_types(union), metrics, leaving)
    await incoming.put({"type": "websocket.receive", "text": text})
    message = await line.receive()
    writing = asyncio.create_task(line.write())
    line.close(4400, "enough")
    await asyncio.wait([writing])
    ended = writing.exception()
    assert ended is not None
    answers = [json.loads(one["text"]) for one in sent if one.get("text")]
    return message, answers, ignored(metrics)


def ignored(metrics: PrometheusMetrics) -> float:
    lines = metrics.exposition().decode().splitlines()
    return sum(float(one.rsplit(" ", 1)[1]) for one in lines if one.startswith(f"{MESSAGES_IGNORED.name}{{"))


def check(text: str, union: object = wire.CandidateMessage) -> object:
    message, answers, counted = asyncio.run(said(text, union))
    outcomes = [isinstance(message, BaseModel), bool(answers), counted == 1]
    assert sum(outcomes) == 1, (message, answers, counted)
    for answer in answers:
        assert answer["type"] == "pong" or (answer["type"] == "error" and answer["code"] in REFUSALS)
    if isinstance(message, BaseModel):
        message.model_dump_json().encode()  # could be said again and stored
    return message


@settings(max_examples=150)
@given(st.text())
@example("[" * MAX_TEXT_BYTES)
@example('{"type":' * 3000 + "1" + "}" * 3000)
@example('{"type": []}')
@example('{"type": {"a": 1}}')
@example('{"type": "event", "seq": ' + "9" * 5000 + "}")
@example('{"type": "raise_hand", "raised": NaN}')
@example("\ud800")
def test_any_text_has_one_outcome(text: str) -> None:
    check(text)


@settings(max_examples=150)
@given(st.one_of(JSON, NEARLY), st.sampled_from([wire.CandidateMessage, wire.MonitorMessage]))
def test_any_json_has_one_outcome(value: object, union: object) -> None:
    check(json.dumps(value), union)


@pytest.mark.parametrize("field", ["seq", "page_ms", "occurred_at"])
@pytest.mark.parametrize("number", [-1, LARGEST * 4, 10**30, 1e300])
def test_numbers_that_no_column_holds_are_refused(field: str, number: float) -> None:
    event = {"type": "event", "seq": 1, "kind": "tab_hidden", "page_ms": 1.0, "occurred_at": 1}
    assert check(json.dumps(event)) is not None
    assert check(json.dumps(event | {field: number})) is None


@pytest.mark.parametrize("word", ["\0", "a\0b", "\ud800", "\udfff!"])
def test_texts_that_no_database_holds_are_refused(word: str) -> None:
    chat = {"type": "chat", "client_id": "one", "text": word}
    assert check(json.dumps(chat)) is None
    assert check(json.dumps(chat | {"text": "a", "client_id": word})) is None


def test_unknown_types_are_counted_and_not_answered() -> None:
    _, answers, counted = asyncio.run(said('{"type": "from_tomorrow"}', wire.CandidateMessage))
    assert (answers, counted) == ([], 1)
