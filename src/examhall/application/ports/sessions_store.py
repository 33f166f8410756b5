"""The port to the logins of staff."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One login, and what it was opened with."""

    id: str
    token_hash: str = field(repr=False)
    user_id: str
    created_at: int
    expires_at: int
    last_used_at: int
    address: str | None = field(repr=False)
    browser: str | None = field(repr=False)


class SessionsStore(Protocol):
    async def add(self, record: SessionRecord) -> None: ...

    async def of_user(self, user_id: str, now_ms: int) -> Sequence[SessionRecord]:
        """Those that have not expired, the last used first."""
        ...

    async def end(self, user_id: str, session_id: str) -> bool:
        """False when they have no such login."""
        ...

    async def end_all(self, user_id: str, *, but: str | None) -> int:
        """How many were ended."""
        ...
