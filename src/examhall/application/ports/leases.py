"""The port to who looks after which attempt, among the servers that share a database.

A lease only routes: it says whom to ask. What may be written is decided by the fencing epoch in the attempt's row.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

LEASE_S = 3.0
RENEW_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Taken:
    """The lease is ours; it was before, or nobody held it."""


@dataclass(frozen=True, slots=True)
class HeldBy:
    server_id: str


class Leases(Protocol):
    """One server's view. Where the others cannot be asked, every lease is ours: the owner goes on."""

    async def take(self, attempt_id: str, *, by_force: bool = False) -> Taken | HeldBy:
        """by_force: whoever held it, it is ours from now on."""
        ...

    async def release(self, attempt_id: str) -> None:
        """Let it go, if it is ours."""
        ...

    async def renew(self, attempt_ids: Collection[str]) -> frozenset[str]:
        """Hold on to these for another `LEASE_S`; return those that another server holds now."""
        ...
