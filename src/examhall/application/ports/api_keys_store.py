"""The port to API keys."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Scope(StrEnum):
    """What a key may be allowed. What no scope names, no key may do: to proctor and to judge is for people."""

    EXAMS_READ = "exams:read"
    EXAMS_WRITE = "exams:write"
    ROSTER_READ = "roster:read"
    ROSTER_WRITE = "roster:write"
    ATTEMPTS_READ = "attempts:read"
    EXPORT_READ = "export:read"
    AUDIT_READ = "audit:read"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    id: str
    name: str
    token_hash: str = field(repr=False)
    scopes: frozenset[Scope]
    made_by: str
    created_at: int
    expires_at: int
    last_used_at: int | None = None
    revoked_at: int | None = None


@dataclass(frozen=True, slots=True)
class KeyListing:
    """works: neither revoked nor expired, and its maker is still an administrator who can sign in."""

    key: KeyRecord
    maker_name: str = field(repr=False)
    works: bool


class ApiKeysStore(Protocol):
    async def keys(self, now_ms: int) -> Sequence[KeyListing]:
        """The newest first."""
        ...

    async def add(self, record: KeyRecord) -> None: ...

    async def revoke(self, key_id: str, at_ms: int) -> bool:
        """False when there is no such key."""
        ...
