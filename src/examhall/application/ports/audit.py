"""The port to the audit log: what staff and API keys did, from where, and why.

What happens to one attempt is in its own chain; here is a line that points to it, so that one place tells what a
person did. A line never holds a candidate's name, only ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Detail = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a staff account, perhaps through one of its API keys; neither: nobody who is known, or the server."""

    user_id: str | None = None
    key_id: str | None = None
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class On:
    """What it was done to: kind is `attempt`, `exam`, `staff`, `session`, `key`, ...; exam_id: that it belongs to."""

    kind: str
    id: str | None = None
    exam_id: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line. at: ms since the epoch; action: like `login.refused` or `attempt.end`."""

    id: str
    at: int
    action: str
    actor: Actor
    on: On
    reason: str | None = field(repr=False)
    details: Mapping[str, Detail] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry as it is listed, with the names of who did it and of the exam."""

    entry: AuditEntry
    actor_name: str | None = field(repr=False)
    key_name: str | None
    exam_title: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """None: no matter. action: the whole name, or the part before the dot. from_ms <= at < to_ms."""

    actor_id: str | None = None
    action: str | None = None
    exam_id: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None


class Audit(Protocol):
    """What whoever does something with consequences calls, after it was done."""

    async def note(
        self,
        action: str,
        actor: Actor,
        on: On,
        *,
        reason: str | None = None,
        details: Mapping[str, Detail] | None = None,
    ) -> None: ...


class AuditStore(Protocol):
    async def add(self, entry: AuditEntry) -> None: ...

    async def entries(
        self, wanted: AuditFilter, *, before: tuple[int, str] | None, limit: int
    ) -> Sequence[AuditLine]:
        """The newest first; before: (at, id) of the last one of the page before."""
        ...
