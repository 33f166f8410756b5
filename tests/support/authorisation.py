"""One exam and all that belongs to it, and everybody who might ask: for the walk over the authorisation table.

A new path parameter needs an id in `ids`; a new kind of identity a line in `ACTORS`.
"""

import secrets
from dataclasses import dataclass, field

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from examhall.adapters.db import tables
from examhall.application.access import KEY_PREFIX, token_hash
from examhall.application.exams import ExamDraft
from examhall.application.identity import StaffIdentity
from examhall.application.ports.api_keys_store import Scope
from examhall.domain.policy import Preset
from examhall.web.authorisation import Rule, Who
from support.server import HOUR_MS, Server

ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Actor:
    """is_a: what the table may say of them; account: how their account differs; scopes: of their API key."""

    is_a: frozenset[Who]
    role: str | None = None  # of the account; None: no account
    exam_role: str | None = None
    disabled: bool = False
    session: str = "good"  # good | expired | revoked | key: an API key instead
    key: str = "good"  # good | expired | revoked
    scopes: frozenset[Scope] | None = None  # None: no API key
    candidate: str | None = None  # this | other | expired | revoked

    def may(self, rule: Rule) -> bool:
        """What the row says, both ways."""
        if Who.ANYONE in rule.who:
            return True
        if self.scopes is not None:
            good = self.key == "good" and not self.disabled and self.role == "admin"
            return good and rule.scope in self.scopes and bool(rule.who & self.is_a)
        return bool(rule.who & self.is_a)


_ANY = frozenset({Who.ANYONE})
_STAFF = _ANY | {Who.STAFF}
_ADMIN = _STAFF | {Who.ADMIN}

ACTORS: dict[str, Actor] = {
    "nobody": Actor(_ANY),
    "admin": Actor(_ADMIN, "admin"),
    "admin whose login has expired": Actor(_ANY, "admin", session="expired"),
    "admin whose login was ended": Actor(_ANY, "admin", session="revoked"),
    "admin who is disabled": Actor(_ANY, "admin", disabled=True),
    "proctor of the exam": Actor(_STAFF | {Who.PROCTOR}, "proctor", "proctor"),
    "proctor who reviews this exam": Actor(_STAFF | {Who.REVIEWER}, "proctor", "reviewer"),
    "proctor of another exam": Actor(_STAFF, "proctor"),
    "proctor of the exam who is disabled": Actor(_ANY, "proctor", "proctor", disabled=True),
    "reviewer of the exam": Actor(_STAFF | {Who.REVIEWER}, "reviewer", "reviewer"),
    "reviewer who proctors this exam": Actor(_STAFF | {Who.PROCTOR}, "reviewer", "proctor"),
    "reviewer of another exam": Actor(_STAFF, "reviewer"),
    "candidate": Actor(_ANY | {Who.CANDIDATE}, candidate="this"),
    "candidate of another attempt": Actor(_ANY, candidate="other"),
    "candidate whose session has expired": Actor(_ANY, candidate="expired"),
    "candidate whose session was ended": Actor(_ANY, candidate="revoked"),
    "key with every scope": Actor(_ADMIN, "admin", session="key", scopes=ALL_SCOPES),
    **{
        f"key with {scope} alone": Actor(_ADMIN, "admin", session="key", scopes=frozenset({scope}))
        for scope in Scope
    },
    "key that has expired": Actor(_ADMIN, "admin", session="key", key="expired", scopes=ALL_SCOPES),
    "key that was revoked": Actor(_ADMIN, "admin", session="key", key="revoked", scopes=ALL_SCOPES),
    "key of a disabled admin": Actor(_ADMIN, "admin", disabled=True, session="key", scopes=ALL_SCOPES),
    "key of somebody who is no admin any more": Actor(_STAFF, "proctor", session="key", scopes=ALL_SCOPES),
}


@dataclass(slots=True)
class World:
    """Ids of one exam and all that belongs to it, and a secret token of each actor."""

    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def path(self, template: str) -> str:
        plain = template.replace(":path", "").replace(":str", "")
        return plain.format(file_path="docs.js", file_name="x", **self.ids)

    def headers(self, name: str, base_url: str) -> dict[str, str]:
        actor, headers = ACTORS[name], {"Origin": base_url}
        if actor.candidate is not None:
            return headers | {"Cookie": f"examhall_attempt_{self.ids['attempt_id']}={self.tokens[name]}"}
        if actor.scopes is not None:
            return {"Authorization": f"Bearer {self.tokens[name]}"}
        if name in self.tokens:
            headers["Cookie"] = f"examhall_staff={self.tokens[name]}"
        return headers


async def new_world(connection: AsyncConnection, server: Server) -> World:
    """Rows straight into the tables: quick enough to have a fresh world after every change."""
    new_id = server.house.services.ids.new_id
    made = World()
    now = server.house.services.clock.now_ms()
    users = {name: new_id() for name, actor in ACTORS.items() if actor.role}
    await _accounts(connection, made, users, now)
    await connection.commit()
    admin = StaffIdentity(users["admin"], "admin", "Admin", "", "")
    draft = ExamDraft("Algebra", "", "text", "", None, now - HOUR_MS, now + HOUR_MS, 3600)
    exam_id = (await server.house.services.exams.create(draft, Preset.STANDARD, admin)).exam.id
    members = [
        {"exam_id": exam_id, "user_id": users[name], "role": actor.exam_role}
        for name, actor in ACTORS.items()
        if actor.exam_role is not None
    ]
    await connection.execute(insert(tables.ExamStaffRow), members)
    made.ids |= {
        "exam_id": exam_id,
        "user_id": users["proctor of the exam"],
        "session_id": users["proctor of the exam"],  # a login has its account's id, see _accounts
        "key_id": users["key with every scope"],
        "instance_id": "page-1",
        "kind": "camera",
        "seq": "0",
        "warning_id": new_id(),
        "provider": "p2p",
    }
    await _attempts(connection, made, exam_id, [new_id() for _ in range(5)], now)
    await connection.commit()
    return made


async def _accounts(connection: AsyncConnection, made: World, users: dict[str, str], now: int) -> None:
    """An account, its login and its API key all have the same id."""
    accounts, logins, keys = [], [], []
    for name, user_id in users.items():
        actor = ACTORS[name]
        disabled_at = now if actor.disabled else None
        accounts.append(
            {"id": user_id, "email": f"{user_id}@example.org", "name": name, "role": actor.role,
             "password_hash": "none", "disabled_at": disabled_at, "created_at": now}
        )  # fmt: skip
        made.tokens[name] = secrets.token_urlsafe(32)
        if actor.scopes is not None:
            made.tokens[name] = f"{KEY_PREFIX}{made.tokens[name]}"
            keys.append(
                {"id": user_id, "name": name, "token_hash": token_hash(made.tokens[name]),
                 "scopes": sorted(actor.scopes), "made_by": user_id, "created_at": now,
                 "expires_at": now - 1 if actor.key == "expired" else now + HOUR_MS,
                 "revoked_at": now if actor.key == "revoked" else None}
            )  # fmt: skip
        elif actor.session != "revoked":
            logins.append(
                {"id": user_id, "token_hash": token_hash(made.tokens[name]), "user_id": user_id,
                 "created_at": now, "last_used_at": now,
                 "expires_at": now - 1 if actor.session == "expired" else now + HOUR_MS}
            )  # fmt: skip
    await connection.execute(insert(tables.UserRow), accounts)
    await connection.execute(insert(tables.StaffSessionRow), logins)
    await connection.execute(insert(tables.ApiKeyRow), keys)


async def _attempts(
    connection: AsyncConnection, made: World, exam_id: str, new_ids: list[str], now: int
) -> None:
    attempt_id, other_id, incident_id, evidence_id, segment_id = new_ids
    made.ids |= {
        "attempt_id": attempt_id,
        "incident_id": incident_id,
        "evidence_id": evidence_id,
        "segment_id": segment_id,
    }
    for number, one in enumerate((attempt_id, other_id), 1):
        await connection.execute(
            insert(tables.AttemptRow).values(
                id=one, exam_id=exam_id, number=number, candidate_name="Ada", state="invited", created_at=now
            )
        )
    for name, actor in ACTORS.items():
        if actor.candidate is None:
            continue
        made.tokens[name] = secrets.token_urlsafe(32)
        if actor.candidate != "revoked":
            await connection.execute(
                insert(tables.CandidateSessionRow).values(
                    token_hash=token_hash(made.tokens[name]),
                    attempt_id=other_id if actor.candidate == "other" else attempt_id,
                    created_at=now,
                    expires_at=now - 1 if actor.candidate == "expired" else now + HOUR_MS,
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
    await connection.execute(
        insert(tables.RecordingSegmentRow).values(
            id=segment_id, attempt_id=attempt_id, instance_id="page-1", kind="camera", seq=7, captured_at=now,
            duration_ms=10_000, media_type="video/webm", size=0, sha256="", late=False, received_at=now,
            key_id="", path=None,
        )
    )  # fmt: skip
