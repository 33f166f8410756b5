"""Staff accounts: one-time links, who there is. Signing in with a password is in `sign_in.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from examhall.application.access import token_hash
from examhall.application.identity import Role
from examhall.application.ports.accounts_store import (
    AccountsStore,
    LinkPurpose,
    LinkRecord,
    MemberRecord,
    UserRecord,
)
from examhall.application.ports.audit import Actor, Audit, On
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.passwords import Passwords
from examhall.application.second_factor import SecondFactors, code_needed, wrong_code
from examhall.application.staff_sessions import Caller, Login, StaffSessions
from examhall.domain.errors import ErrorKind, ExamhallError

_MINUTE_MS = 60_000
_NO_CALLER = Caller()
FIRST_ADMIN_LINK_MS = 30 * _MINUTE_MS
STAFF_LINK_MS = 7 * 24 * 60 * _MINUTE_MS


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """`url` carries the token behind `#`, so that no server or proxy logs it."""

    url: str
    expires_at: int


class Accounts:
    """The use cases around staff accounts."""

    def __init__(
        self,
        store: AccountsStore,
        passwords: Passwords,
        clock: Clock,
        ids: Ids,
        sessions: StaffSessions,
        factors: SecondFactors,
        audit: Audit,
        *,
        base_url: str,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock
        self._ids = ids
        self._sessions = sessions
        self._factors = factors
        self._audit = audit
        self._base_url = base_url

    # ---- one-time links ----

    async def link(self, token: str) -> tuple[LinkRecord, UserRecord | None]:
        """What a link is for. Raises `link_unknown`, `link_used`, `link_expired`."""
        link = await self._store.link(token_hash(token))
        if link is None:
            raise ExamhallError(
                ErrorKind.NOT_FOUND, "link_unknown", "This link is not known here; ask for a new one."
            )
        if link.used_at is not None:
            raise ExamhallError(
                ErrorKind.GONE, "link_used", "This link was used already. Sign in, or ask for a new link."
            )
        if link.expires_at <= self._clock.now_ms():
            raise ExamhallError(
                ErrorKind.GONE, "link_expired", "This link's time has run out; ask for a new one."
            )
        return link, await self._store.user(link.user_id) if link.user_id else None

    async def enter(self, token: str, caller: Caller = _NO_CALLER) -> Login:
        """Sign in by a demo link."""
        link, user = await self.link(token)
        if link.purpose is not LinkPurpose.DEMO or user is None or user.disabled_at is not None:
            raise ExamhallError(ErrorKind.FORBIDDEN, "link_not_for_this", "This link is for something else.")
        return await self._sessions.open(user, caller, second_factor=await self._factors.is_on(user.id))

    async def set_password(
        self,
        token: str,
        password: str,
        *,
        email: str | None,
        name: str | None,
        code: str | None = None,
        caller: Caller = _NO_CALLER,
    ) -> Login:
        """Redeem a link: set the password of its account, or make the first admin. Signs in; other logins end.

        An account with a second factor needs its code here too: whoever reads somebody's mail has the link only.
        """
        link, user = await self.link(token)
        if link.purpose is LinkPurpose.DEMO:
            raise ExamhallError(ErrorKind.FORBIDDEN, "link_not_for_this", "This link is for something else.")
        if user is None:
            user = await self._first_admin(email, name)
        if user.disabled_at is not None:
            raise ExamhallError(ErrorKind.FORBIDDEN, "account_disabled", "This account is switched off.")
        second = await self._factors.is_on(user.id)
        if second and not code:
            raise code_needed()
        if second and not await self._factors.is_right(user.id, code or ""):
            raise wrong_code()
        user = replace(user, password_hash=await self._passwords.hash(password))
        if not await self._store.redeem(link.token_hash, user, self._clock.now_ms()):
            raise ExamhallError(
                ErrorKind.GONE, "link_used", "This link was used already. Sign in, or ask for a new link."
            )
        await self._sessions.tell(user.id)
        actor = Actor(user.id, None, caller.address)
        await self._audit.note(
            "password.set", actor, On("staff", user.id), details={"by_link": link.purpose.value}
        )
        return await self._sessions.open(user, caller, second_factor=second)

    async def _first_admin(self, email: str | None, name: str | None) -> UserRecord:
        if await self._store.usable_admins():
            raise ExamhallError(ErrorKind.GONE, "link_used", "There is an administrator already; sign in.")
        if not email or not name:
            raise ExamhallError(
                ErrorKind.INVALID,
                "name_and_email_needed",
                "Give the administrator's name and e-mail address.",
            )
        known = await self._store.user_by_email(normal_email(email))
        if known is not None:
            return replace(known, name=name, role="admin", disabled_at=None)
        return self._new_user(name, email, "admin")

    async def first_admin_link(self) -> OneTimeLink | None:
        """A new link to set up the first admin; None when an admin can sign in already."""
        if await self._store.usable_admins():
            return None
        return await self._new_link(LinkPurpose.FIRST_ADMIN, None, FIRST_ADMIN_LINK_MS)

    async def admin_link(self, email: str | None, *, without_second_factor: bool = False) -> OneTimeLink:
        """For the command line: the first admin's link, or a new password for an admin by address.

        Whoever may read the data folder can always get in this way, however the login is locked.
        """
        first = await self.first_admin_link()
        if first is not None:
            return first
        user = await self._store.user_by_email(normal_email(email)) if email else None
        if user is None or user.role != "admin":
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "admin_exists",
                "There is an administrator already. To set a new password give the address: --email ADDRESS.",
            )
        told = {"command_line": True, "without_second_factor": without_second_factor}
        await self._audit.note("staff.link", Actor(), On("staff", user.id), details=told)
        if without_second_factor and await self._factors.is_on(user.id):
            await self._factors.remove(user.id)
        return await self._new_link(LinkPurpose.SET_PASSWORD, user.id, FIRST_ADMIN_LINK_MS)

    async def demo_link(self, user_id: str, lasts_ms: int) -> OneTimeLink:
        """A link that signs in again and again until it ends; only the demo makes these."""
        return await self._new_link(LinkPurpose.DEMO, user_id, lasts_ms, page="enter", reusable=True)

    async def withdraw_demo_links(self) -> None:
        """A lasting server must not honour links of a demo that once used its folder."""
        await self._store.withdraw_links(LinkPurpose.DEMO)

    async def _new_link(
        self,
        purpose: LinkPurpose,
        user_id: str | None,
        lasts_ms: int,
        *,
        page: str = "set-password",
        reusable: bool = False,
    ) -> OneTimeLink:
        token, expires_at = self._ids.new_token(), self._clock.now_ms() + lasts_ms
        await self._store.add_link(
            LinkRecord(token_hash(token), purpose, user_id, expires_at, used_at=None, reusable=reusable)
        )
        return OneTimeLink(f"{self._base_url}/{page}#{token}", expires_at)

    # ---- who there is ----

    async def staff(self) -> Sequence[UserRecord]:
        return await self._store.users()

    async def with_second_factor(self) -> frozenset[str]:
        """The ids of the accounts whose second factor is on."""
        return await self._store.with_second_factor()

    async def add_staff(self, name: str, email: str, role: Role) -> tuple[UserRecord, OneTimeLink]:
        """A new account and the link that sets its password. Raises `email_taken`."""
        user = self._new_user(name, email, role)
        if not await self._store.add_user(user):
            raise ExamhallError(
                ErrorKind.CONFLICT, "email_taken", "There is an account with this e-mail address already."
            )
        return user, await self._new_link(LinkPurpose.SET_PASSWORD, user.id, STAFF_LINK_MS)

    async def staff_link(self, user_id: str) -> tuple[UserRecord, OneTimeLink]:
        """A new link that sets the account's password; older ones stop working."""
        user = await self.existing(user_id)
        return user, await self._new_link(LinkPurpose.SET_PASSWORD, user.id, STAFF_LINK_MS)

    async def withdraw_staff_link(self, user_id: str) -> None:
        """The link that sets the account's password stops working. Raises `link_unknown` when there is none."""
        user = await self.existing(user_id)
        if not await self._store.withdraw_links(LinkPurpose.SET_PASSWORD, user.id):
            raise ExamhallError(
                ErrorKind.NOT_FOUND, "link_unknown", "There is no link of this account that still works."
            )

    async def change_staff(
        self, user_id: str, *, name: str | None, role: Role | None, disabled: bool | None
    ) -> UserRecord:
        """Change what is given. Raises `user_not_found`, `last_admin`."""
        before = await self.existing(user_id)
        after = replace(before, name=name or before.name, role=role or before.role)
        if disabled is not None:
            since = before.disabled_at or self._clock.now_ms()
            after = replace(after, disabled_at=since if disabled else None)
        loses_rights = after.role != before.role or (after.disabled_at is not None)
        was_usable = before.role == "admin" and before.disabled_at is None and before.password_hash
        if was_usable and loses_rights and await self._store.usable_admins() == 1:
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "last_admin",
                "This is the last administrator who can sign in; make another one first.",
            )
        await self._store.save_user(after, end_logins=loses_rights)
        if after.disabled_at is not None:
            await self._store.withdraw_links(LinkPurpose.SET_PASSWORD, after.id)
        if loses_rights:
            await self._sessions.tell(after.id)
        return after

    async def members(self, exam_id: str) -> Sequence[MemberRecord]:
        return await self._store.members(exam_id)

    async def set_member(self, exam_id: str, user_id: str, role: Role) -> MemberRecord:
        """Let somebody proctor or review an exam. Raises `user_not_found`."""
        user = await self.existing(user_id)
        await self._store.set_member(exam_id, user.id, role)
        await self._sessions.tell(user.id)
        return MemberRecord(exam_id, user.id, user.name, user.email, role)

    async def remove_member(self, exam_id: str, user_id: str) -> None:
        if not await self._store.remove_member(exam_id, user_id):
            raise ExamhallError(ErrorKind.NOT_FOUND, "member_not_found", "They are not staff of this exam.")
        await self._sessions.tell(user_id)

    async def existing(self, user_id: str) -> UserRecord:
        """Raises `user_not_found`."""
        user = await self._store.user(user_id)
        if user is None:
            raise ExamhallError(ErrorKind.NOT_FOUND, "user_not_found", "There is no such account.")
        return user

    def _new_user(self, name: str, email: str, role: Role) -> UserRecord:
        return UserRecord(
            self._ids.new_id(), normal_email(email), name, role, None, None, self._clock.now_ms()
        )


def normal_email(email: str) -> str:
    """Addresses are compared without case."""
    return email.strip().lower()
