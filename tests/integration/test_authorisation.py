"""The authorisation table, walked completely: every route and socket, asked by everybody, both ways."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from examhall.adapters.db import tables
from examhall.adapters.db.engine import sqlite_url
from examhall.application.access import token_hash
from examhall.application.exams import ExamDraft
from examhall.application.identity import StaffIdentity
from examhall.domain.policy import Preset
from examhall.web.app import route_names, routes_of
from examhall.web.authorisation import RULES, Who
from examhall.web.routers import ROUTERS, SOCKETS
from support.server import HOUR_MS, Server

ACTORS = {
    "nobody": frozenset({Who.ANYONE}),
    "admin": frozenset({Who.ANYONE, Who.STAFF, Who.ADMIN}),
    "proctor": frozenset({Who.ANYONE, Who.STAFF, Who.PROCTOR}),
    "reviewer": frozenset({Who.ANYONE, Who.STAFF, Who.REVIEWER}),
    "outsider": frozenset({Who.ANYONE, Who.STAFF}),  # a proctor, of another exam
    "disabled": frozenset({Who.ANYONE}),  # an admin who was switched off
    "candidate": frozenset({Who.ANYONE, Who.CANDIDATE}),
    "other_candidate": frozenset({Who.ANYONE}),
}
REFUSED = {401, 403}
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


@dataclass(slots=True)
class World:
    """Ids of one exam and all that belongs to it, and a secret token of each actor."""

    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def path(self, template: str) -> str:
        return (
            template.replace(":path", "")
            .replace(":str", "")
            .format(file_path="docs.js", file_name="x", **self.ids)
        )

    def headers(self, actor: str, base_url: str) -> dict[str, str]:
        headers = {"Origin": base_url}
        if actor in {"candidate", "other_candidate"}:
            return headers | {"Cookie": f"examhall_attempt_{self.ids['attempt_id']}={self.tokens[actor]}"}
        if actor != "nobody":
            headers["Cookie"] = f"examhall_staff={self.tokens[actor]}"
        return headers


async def new_world(connection: AsyncConnection, server: Server) -> World:
    """Rows straight into the tables: quick enough to have a fresh exam for every single question."""
    services = server.house.services
    now = services.clock.now_ms()
    made = World()
    listing = await services.exams.create(
        _draft(now), Preset.STANDARD, await _admin_identity(connection, server, made, now)
    )
    exam_id = listing.exam.id
    attempt_id, other_attempt_id, incident_id, evidence_id = (services.ids.new_id() for _ in range(4))
    for number, one in enumerate((attempt_id, other_attempt_id), 1):
        await connection.execute(
            insert(tables.AttemptRow).values(
                id=one, exam_id=exam_id, number=number, candidate_name="Ada", state="invited", created_at=now
            )
        )
    for actor, of in (("candidate", attempt_id), ("other_candidate", other_attempt_id)):
        made.tokens[actor] = secrets.token_urlsafe(32)
        await connection.execute(
            insert(tables.CandidateSessionRow).values(
                token_hash=token_hash(made.tokens[actor]),
                attempt_id=of,
                created_at=now,
                expires_at=now + HOUR_MS,
            )
        )
    await connection.execute(
        insert(tables.IncidentRow).values(
            id=incident_id, attempt_id=attempt_id, key="no_face#1", signal="no_face", severity="medium",
            weight=1, confidence=1, words="", numbers={}, began_at=now, opened_at=now, last_seen_at=now,
        )
    )  # fmt: skip
    await connection.execute(
        insert(tables.EvidenceRow).values(
            id=evidence_id, incident_id=incident_id, attempt_id=attempt_id, kind="gap", captured_at=now,
            media_type="", size=0, sha256="", key_id="", note="",
        )
    )  # fmt: skip
    users = {
        name: await _user(connection, server, made, name, now, role=role, disabled=disabled)
        for name, role, disabled in (
            ("proctor", "proctor", False),
            ("reviewer", "reviewer", False),
            ("outsider", "proctor", False),
            ("disabled", "admin", True),
        )
    }
    for role in ("proctor", "reviewer"):
        await connection.execute(
            insert(tables.ExamStaffRow).values(exam_id=exam_id, user_id=users[role], role=role)
        )
    await connection.commit()
    made.ids |= {
        "exam_id": exam_id,
        "attempt_id": attempt_id,
        "incident_id": incident_id,
        "evidence_id": evidence_id,
        "user_id": users["proctor"],
    }
    return made


def _draft(now: int) -> ExamDraft:
    return ExamDraft("Algebra", "", "text", "", None, now - HOUR_MS, now + HOUR_MS, 3600)


async def _admin_identity(
    connection: AsyncConnection, server: Server, made: World, now: int
) -> StaffIdentity:
    user_id = await _user(connection, server, made, "admin", now, role="admin", disabled=False)
    await connection.commit()
    return StaffIdentity(user_id, "admin", "Admin", "", "")


async def _user(
    connection: AsyncConnection,
    server: Server,
    made: World,
    name: str,
    now: int,
    *,
    role: str,
    disabled: bool,
) -> str:
    user_id, token = server.house.services.ids.new_id(), secrets.token_urlsafe(32)
    await connection.execute(
        insert(tables.UserRow).values(
            id=user_id,
            email=f"{user_id}@example.org",
            name=name,
            role=role,
            password_hash="none",
            disabled_at=now if disabled else None,
            created_at=now,
        )
    )
    await connection.execute(
        insert(tables.StaffSessionRow).values(
            id=server.house.services.ids.new_id(),
            token_hash=token_hash(token),
            user_id=user_id,
            created_at=now,
            expires_at=now + HOUR_MS,
            last_used_at=now,
        )
    )
    made.tokens[name] = token
    return user_id


@pytest.fixture
async def connection(server: Server) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(sqlite_url(server.house.settings.data_dir / "examhall.db"))
    async with engine.connect() as opened:
        yield opened
    await engine.dispose()


def http_routes() -> Iterator[tuple[str, str, str]]:
    """(name, method, path) of every HTTP route."""
    for router in ROUTERS:
        for route in routes_of(router):
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods - {"HEAD"}):
                yield route.name, method, route.path


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert set(route_names()) == set(RULES)


async def test_every_route_lets_in_exactly_who_the_table_says(
    server: Server, connection: AsyncConnection
) -> None:
    wrong, asked = [], 0
    world = await new_world(connection, server)
    async with httpx.AsyncClient(base_url=server.base_url, trust_env=False) as client:
        for name, method, path in http_routes():
            if name in OWN_DOOR:
                assert RULES[name].who == {Who.ANYONE}
                continue
            for actor, is_a in ACTORS.items():
                headers = world.headers(actor, server.base_url)
                body = {"json": {}} if method in {"POST", "PUT", "PATCH"} else {}
                answer = await client.request(method, world.path(path), headers=headers, **body)
                asked += 1
                allowed = bool(RULES[name].who & is_a)
                if allowed == (answer.status_code in REFUSED) or answer.status_code >= 500:
                    wrong.append(f"{actor}: {method} {path} -> {answer.status_code} {answer.text[:120]}")
                if method != "GET" and answer.status_code not in REFUSED:
                    world = await new_world(connection, server)  # it may have ended, removed, signed out
    assert wrong == []
    assert asked > 300


async def test_every_socket_lets_in_exactly_who_the_table_says(
    server: Server, connection: AsyncConnection
) -> None:
    wrong = []
    world = await new_world(connection, server)
    for router in SOCKETS:
        for route in routes_of(router):
            assert isinstance(route, APIWebSocketRoute)
            for actor, is_a in ACTORS.items():
                code = await _close_code(
                    server, world.path(route.path), world.headers(actor, server.base_url)
                )
                allowed = bool(RULES[route.name].who & is_a)
                if allowed == (code in {4401, 4403}):
                    wrong.append(f"{actor}: {route.path} -> {code}")
    assert wrong == []


async def test_no_socket_opens_for_a_page_of_another_address(
    server: Server, connection: AsyncConnection
) -> None:
    world = await new_world(connection, server)
    for path, actor in (("/ws/attempts/{attempt_id}", "candidate"), ("/ws/exams/{exam_id}/monitor", "admin")):
        headers = world.headers(actor, server.base_url) | {"Origin": "https://evil.example"}
        assert await _close_code(server, world.path(path), headers) == 4403


async def _close_code(server: Server, path: str, headers: dict[str, str]) -> int | None:
    """The code that refuses; None when the socket is let in and answers a hello."""
    address = server.base_url.replace("http", "ws", 1) + path
    origin = headers.pop("Origin")
    async with connect(address, additional_headers=headers, origin=Origin(origin), proxy=None) as socket:
        try:
            await socket.send(json.dumps({"type": "hello", "protocol": 1, "instance_id": "one"}))
            await asyncio.wait_for(socket.recv(), 10)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
    return None
