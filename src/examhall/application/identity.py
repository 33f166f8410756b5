"""Who is asking, once that is known."""

from dataclasses import dataclass, field
from typing import Literal

from examhall.application.ports.api_keys_store import Scope

Role = Literal["admin", "proctor", "reviewer"]


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """A staff member with a valid login. second_factor: theirs is set up."""

    user_id: str
    role: Role
    name: str = field(repr=False)
    email: str = field(repr=False)
    session_id: str
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """A program with an API key; it acts for the administrator who made the key, within its scopes."""

    key_id: str
    scopes: frozenset[Scope]
    staff: StaffIdentity


@dataclass(frozen=True, slots=True)
class CandidateIdentity:
    """Somebody who holds the cookie or the bearer token of this attempt."""

    attempt_id: str
