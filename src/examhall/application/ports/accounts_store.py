"""The port to what is stored of staff: accounts, logins, one-time links, membership of exams."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from examhall.application.identity import Role


@dataclass(frozen=True, slots=True)
class UserRecord:
    id: str
    email: str = field(repr=False)
    name: str = field(repr=False)
    role: Role
    password_hash: str | None = field(repr=False)
    disabled_at: int | None
    created_at: int


class LinkPurpose(StrEnum):
    FIRST_ADMIN = "first_admin"
    SET_PASSWORD = "set_password"  # noqa: S105  a purpose, not a password
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """A one-time link; a reusable one (demo) never counts as used."""

    token_hash: str = field(repr=False)
    purpose: LinkPurpose
    user_id: str | None
    expires_at: int
    used_at: int | None
    reusable: bool


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """Somebody who proctors or reviews an exam."""

    exam_id: str
    user_id: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    role: Role


class AccountsStore(Protocol):
    """Every call is one transaction."""

    async def users(self) -> Sequence[UserRecord]: ...

    async def with_second_factor(self) -> frozenset[str]:
        """The ids of those whose second factor is on."""
        ...

    async def user(self, user_id: str) -> UserRecord | None: ...

    async def user_by_email(self, email: str) -> UserRecord | None: ...

    async def add_user(self, user: UserRecord) -> bool:
        """False when the address is taken."""
        ...

    async def save_user(self, user: UserRecord, *, end_logins: bool) -> None: ...

    async def usable_admins(self) -> int:
        """How many admins can sign in: enabled and with a password."""
        ...

    async def add_link(self, link: LinkRecord) -> None:
        """Unused links of the same purpose and user are withdrawn."""
        ...

    async def link(self, token_hash: str) -> LinkRecord | None: ...

    async def redeem(self, token_hash: str, user: UserRecord, at_ms: int) -> bool:
        """Mark the link used, write the user (new or changed) and end their logins, all or nothing.

        False when the link was used before or the address is taken by somebody else.
        """
        ...

    async def set_password_hash(self, user_id: str, password_hash: str, *, keep_session: str) -> None:
        """Ends every login of theirs but one."""
        ...

    async def withdraw_links(self, purpose: LinkPurpose, user_id: str | None = None) -> int:
        """Unused ones, of one user if given; how many there were."""
        ...

    async def members(self, exam_id: str) -> Sequence[MemberRecord]: ...

    async def set_member(self, exam_id: str, user_id: str, role: Role) -> None: ...

    async def remove_member(self, exam_id: str, user_id: str) -> bool: ...
