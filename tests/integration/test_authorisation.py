"""The authorisation table, walked completely: every route, socket and message, by everybody, both ways."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from examhall.adapters.db.engine import sqlite_url
from examhall.web import wire
from examhall.web.app import route_names, routes_of
from examhall.web.authorisation import MESSAGES, RULES, Who
from examhall.web.routers import ROUTERS, SOCKETS
from examhall.web.sockets.line import known_types
from support.authorisation import ACTORS, World, new_world
from support.server import Server, running_server

# What refuses somebody for who they are; the same status with another code is the route's own business.
REFUSED = {
    "key_invalid",
    "not_allowed",
    "not_joined",
    "not_signed_in",
    "scope_missing",
    "second_factor_required",
}
# Open to anyone as far as the table goes; what they ask instead has its own tests.
OWN_DOOR = {
    "detect_faces",
    "enter_by_link",
    "join",
    "link_info",
    "log_in",
    "meeting_webhook",
    "metrics",
    "set_password",
}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
# A message of each type, as far as its own checks need it.
SAID: dict[str, dict[str, object]] = {
    "event": {"seq": 1, "kind": "tab_hidden", "page_ms": 1.0, "occurred_at": 1},
    "check_in": {},
    "bandwidth": {"rung": 0, "waiting": {"recordings": 0, "events": 0}},
    "chat": {"text": "Hello", "client_id": "one"},
    "raise_hand": {"raised": True},
    "acknowledge_warning": {"warning_id": "none"},
    "watch_open": {"request_id": "one", "attempt_id": "nobody"},
    "watch_close": {"watch_id": "none"},
    "watch_signal": {"watch_id": "none"},
    "ping": {"nonce": "one"},
    "pong": {"nonce": "one"},
}


@asynccontextmanager
async def tables_of(server: Server) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(sqlite_url(server.house.settings.data_dir / "examhall.db"))
    async with engine.connect() as opened:
        yield opened
    await engine.dispose()


@pytest.fixture
async def connection(server: Server) -> AsyncIterator[AsyncConnection]:
    async with tables_of(server) as opened:
        yield opened


def http_routes() -> Iterator[tuple[str, str, str]]:
    """(name, method, path) of every HTTP route."""
    for router in ROUTERS:
        for route in routes_of(router):
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods - {"HEAD"}):
                yield route.name, method, route.path


def socket_routes() -> Iterator[APIWebSocketRoute]:
    for router in SOCKETS:
        for route in routes_of(router):
            assert isinstance(route, APIWebSocketRoute)
            yield route


# ---- the table itself --------------------------------------------------------------------------------


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert set(route_names()) == set(RULES)


def test_the_messages_below_are_ones_that_are_taken() -> None:
    for union in (wire.CandidateMessage, wire.MonitorMessage):
        for kind in known_types(union) - {"hello"}:
            TypeAdapter(union).validate_python({"type": kind, **SAID[kind]})


def test_every_message_has_a_row_and_every_row_a_message() -> None:
    assert set(MESSAGES) == {route.name for route in socket_routes()}
    assert set(MESSAGES["attempt_socket"]) == known_types(wire.CandidateMessage) | {"frame"}
    assert set(MESSAGES["monitor_socket"]) == known_types(wire.MonitorMessage)


def test_whatever_staff_can_change_is_in_the_audit_log() -> None:
    silent = {
        name
        for name, method, _ in http_routes()
        if method in UNSAFE
        and RULES[name].audit is None
        and not RULES[name].who & {Who.ANYONE, Who.CANDIDATE}
    }
    assert silent == {"policy_cost"}  # computes, changes nothing


def test_no_key_proctors_judges_or_touches_accounts() -> None:
    people_only = {"admit", "warn", "message", "pause", "resume", "end", "credit", "decide", "close_review",
                   "erase_data", "add_staff", "make_api_key", "end_staff_sessions", "reset_second_factor"}  # fmt: skip
    assert {name for name in people_only if RULES[name].scope is not None} == set()
    assert all(row.scope is None for row in RULES.values() if row.who & {Who.ANYONE, Who.CANDIDATE})


# ---- every route by everybody ------------------------------------------------------------------------


@pytest.mark.timeout(300)
async def test_every_route_lets_in_exactly_who_the_table_says(
    server: Server, connection: AsyncConnection
) -> None:
    wrong, asked = [], 0
    world = await new_world(connection, server)
    async with httpx.AsyncClient(base_url=server.base_url, trust_env=False) as client:
        for route, method, path in http_routes():
            if route in OWN_DOOR:
                assert RULES[route].who == {Who.ANYONE}
                continue
            for name, actor in ACTORS.items():
                answer = await _ask(client, world, name, server, method, path)
                asked += 1
                refused = _refused(answer)
                if actor.may(RULES[route]) == refused or answer.status_code >= 500:
                    wrong.append(f"{name}: {method} {path} -> {answer.status_code} {answer.text[:120]}")
                if method in UNSAFE and answer.is_success:
                    world = await new_world(connection, server)  # it may have ended, removed, signed out
    assert wrong == []
    assert asked > 80 * len(ACTORS)


async def test_a_cookie_changes_nothing_from_another_page_on_any_route(
    server: Server, connection: AsyncConnection
) -> None:
    """CSRF: every unsafe route, as those whom the table lets in."""
    world, wrong = await new_world(connection, server), []
    async with httpx.AsyncClient(base_url=server.base_url, trust_env=False) as client:
        for route, method, path in http_routes():
            if method not in UNSAFE or route in {"detect_faces", "meeting_webhook"}:  # no cookie opens these
                continue
            name = "candidate" if Who.CANDIDATE in RULES[route].who else "admin"
            mine = world.headers(name, server.base_url)
            for foreign in (
                {"Origin": "https://evil.example"},
                {"Origin": "null"},
                {"Origin": ""},
                {"Sec-Fetch-Site": "same-site"},
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "none"},
            ):
                headers = {k: v for k, v in (mine | foreign).items() if v}
                answer = await client.request(method, world.path(path), headers=headers, json={})
                if answer.status_code != 403 or answer.json()["code"] != "origin_refused":
                    wrong.append(f"{method} {path} {foreign} -> {answer.status_code}")
    assert wrong == []


async def test_who_has_to_set_up_a_second_factor_can_do_nothing_else(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, require_totp="staff") as server,
        tables_of(server) as connection,
        httpx.AsyncClient(base_url=server.base_url, trust_env=False) as client,
    ):
        world, wrong = await new_world(connection, server), []
        for route, method, path in http_routes():
            rule = RULES[route]
            if route in OWN_DOOR or rule.who & {Who.ANYONE, Who.CANDIDATE}:
                continue
            answer = await _ask(client, world, "admin", server, method, path)
            shut = answer.status_code == 403 and answer.json()["code"] == "second_factor_required"
            if shut == rule.before_enrolment:
                wrong.append(f"{method} {path} -> {answer.status_code}")
            if answer.is_success and method in UNSAFE:
                world = await new_world(connection, server)
        assert wrong == []
        headers = world.headers("admin", server.base_url)
        assert await _close_code(server, world.path("/ws/exams/{exam_id}/monitor"), headers) == 4403


async def _ask(
    client: httpx.AsyncClient, world: World, name: str, server: Server, method: str, path: str
) -> httpx.Response:
    body = {"json": {}} if method in UNSAFE else {}
    headers = world.headers(name, server.base_url)
    return await client.request(method, world.path(path), headers=headers, **body)


def _refused(answer: httpx.Response) -> bool:
    return answer.status_code in {401, 403} and answer.json()["code"] in REFUSED


# ---- every socket and message by everybody -----------------------------------------------------------


async def test_every_socket_lets_in_exactly_who_the_table_says(
    server: Server, connection: AsyncConnection
) -> None:
    wrong = []
    world = await new_world(connection, server)
    for route in socket_routes():
        for name, actor in ACTORS.items():
            code = await _close_code(server, world.path(route.path), world.headers(name, server.base_url))
            if actor.may(RULES[route.name]) == (code in {4401, 4403}):
                wrong.append(f"{name}: {route.path} -> {code}")
    assert wrong == []


async def test_every_message_is_taken_from_exactly_who_the_table_says(
    server: Server, connection: AsyncConnection
) -> None:
    """Of those who are let in at all: the refusal is `not_allowed`, and the socket stays."""
    wrong, asked = [], 0
    world = await new_world(connection, server)
    for route in socket_routes():
        for name, actor in ACTORS.items():
            if not actor.may(RULES[route.name]):
                continue
            headers = world.headers(name, server.base_url)
            for kind, rule in MESSAGES[route.name].items():
                if kind in {"hello", "frame"}:  # the first is how a socket is let in, the other is no JSON
                    continue
                said = {"type": kind, **SAID[kind]}
                refused = await _is_not_allowed(server, world.path(route.path), headers, said)
                asked += 1
                if actor.may(rule) == refused:
                    wrong.append(f"{name}: {route.name} {kind} -> refused={refused}")
    assert wrong == []
    assert asked >= 29  # nine of the candidate, four of each of the five who see the wall


async def test_no_socket_opens_for_a_page_of_another_address(
    server: Server, connection: AsyncConnection
) -> None:
    world = await new_world(connection, server)
    for path, actor in (("/ws/attempts/{attempt_id}", "candidate"), ("/ws/exams/{exam_id}/monitor", "admin")):
        headers = world.headers(actor, server.base_url) | {"Origin": "https://evil.example"}
        assert await _close_code(server, world.path(path), headers) == 4403


def _address(server: Server, path: str) -> str:
    return server.base_url.replace("http", "ws", 1) + path


async def _close_code(server: Server, path: str, headers: dict[str, str]) -> int | None:
    """The code that refuses; None when the socket is let in and answers a hello."""
    headers = dict(headers)
    origin = Origin(headers.pop("Origin")) if "Origin" in headers else None
    async with connect(
        _address(server, path), additional_headers=headers, origin=origin, proxy=None
    ) as socket:
        try:
            await socket.send(json.dumps({"type": "hello", "protocol": 1, "instance_id": "one"}))
            await asyncio.wait_for(socket.recv(), 10)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
    return None


async def _is_not_allowed(
    server: Server, path: str, headers: dict[str, str], said: dict[str, object]
) -> bool:
    """Whether the answer to this message is `not_allowed`. A last one, which is never valid, marks the end."""
    headers = dict(headers)
    origin = Origin(headers.pop("Origin"))
    async with connect(
        _address(server, path), additional_headers=headers, origin=origin, proxy=None
    ) as socket:
        for message in ({"type": "hello", "protocol": 1, "instance_id": "one"}, said):
            await socket.send(json.dumps(message))
        await socket.send("no JSON")
        seen = False
        async with asyncio.timeout(10):
            while True:
                heard = await socket.recv()
                answer = json.loads(heard) if isinstance(heard, str) else {}
                seen = seen or answer.get("code") == "not_allowed"
                if answer.get("code") == "message_invalid":
                    return seen
