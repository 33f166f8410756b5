"""Who is asking, once that is known."""

from dataclasses import dataclass, field
from typing import Literal

Role = Literal["admin", "proctor", "reviewer"]


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """A staff member with a valid login."""

    user_id: str
    role: Role
    name: str = field(repr=False)
    email: str = field(repr=False)
    session_id: str


@dataclass(frozen=True, slots=True)
class CandidateIdentity:
    """Somebody who holds the cookie or the bearer token of this attempt."""

    attempt_id: str
