"""Signing in with a password and a second factor; changing the password."""

from dataclasses import dataclass

from examhall.application.accounts import normal_email
from examhall.application.identity import StaffIdentity
from examhall.application.known_devices import KnownDevices
from examhall.application.ports.accounts_store import AccountsStore, UserRecord
from examhall.application.ports.audit import Actor, Audit, On
from examhall.application.ports.metrics import LOGINS, Metrics
from examhall.application.ports.passwords import Passwords
from examhall.application.second_factor import SecondFactors, code_needed, wrong_code
from examhall.application.staff_sessions import Caller, Login, StaffSessions
from examhall.application.throttle import Limit, Throttle, Try
from examhall.domain.errors import ErrorKind, ExamhallError

THROTTLE_WINDOW_S = 900.0
_FAILURES_BY_ACCOUNT = 10
_FAILURES_BY_DEVICE = 10
_FAILURES_BY_ADDRESS = 30


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody typed; code: of the app, or a recovery code. device: the mark of a browser known from before."""

    email: str
    password: str
    code: str | None = None
    device: str | None = None

    def __repr__(self) -> str:
        return "Credentials(...)"


@dataclass(frozen=True, slots=True)
class SignIn:
    store: AccountsStore
    passwords: Passwords
    factors: SecondFactors
    sessions: StaffSessions
    throttle: Throttle
    devices: KnownDevices
    metrics: Metrics
    audit: Audit

    async def log_in(self, given: Credentials, caller: Caller) -> Login:
        """Sign in.

        Raises `wrong_login` (which of the two is not said), `second_factor_needed` (once the password is right),
        `wrong_code`, or `too_many_tries`.
        """
        email = normal_email(given.email)
        limits = self._limits(email, given.device, caller)
        one = await self.throttle.enter(limits)
        user = await self.store.user_by_email(email)
        known = user.password_hash if user and user.disabled_at is None else None
        if not await self.passwords.verify(known, given.password) or user is None:
            await self._refused(user, caller, one, "password")
            raise ExamhallError(
                ErrorKind.UNAUTHENTICATED, "wrong_login", "The e-mail address or the password is not right."
            )
        second = await self.factors.is_on(user.id)
        if second and not given.code:
            await self.throttle.take_back(one)
            raise code_needed()
        if second and not await self.factors.is_right(user.id, given.code or ""):
            await self._refused(user, caller, one, "code")
            raise wrong_code()
        await self.throttle.take_back(one)
        await self.throttle.forget(limits[0].key)
        self.metrics.count(LOGINS, result="ok")
        login = await self.sessions.open(user, caller, second_factor=second)
        await self.audit.note(
            "login.ok", Actor(user.id, None, caller.address), On("session", login.identity.session_id)
        )
        return login

    async def change_password(self, staff: StaffIdentity, present: str, new: str, caller: Caller) -> None:
        """Set one's own; every other login ends. Raises `wrong_password` or `too_many_tries`."""
        await self.require_password(staff, present, caller)
        hashed = await self.passwords.hash(new)
        await self.store.set_password_hash(staff.user_id, hashed, keep_session=staff.session_id)
        await self.sessions.tell(staff.user_id)

    async def require_password(
        self, staff: StaffIdentity, present: str, caller: Caller, *, code: str | None = None
    ) -> None:
        """Whoever sits at somebody's open page does not know it; with `code` the second factor too.

        Raises `wrong_password`, `wrong_code` or `too_many_tries`.
        """
        one = await self.throttle.enter(self._limits(normal_email(staff.email), None, caller))
        user = await self.store.user(staff.user_id)
        if not await self.passwords.verify(user.password_hash if user else None, present):
            await self._refused(user, caller, one, "password")
            raise ExamhallError(ErrorKind.FORBIDDEN, "wrong_password", "The password is not right.")
        if code is not None and not await self.factors.is_right(staff.user_id, code):
            await self._refused(user, caller, one, "code")
            raise wrong_code(ErrorKind.FORBIDDEN)
        await self.throttle.take_back(one)

    def _limits(self, email: str, device: str | None, caller: Caller) -> list[Limit]:
        """A browser that this account was let in by before has a count of its own.

        So that strangers who fail on purpose close their own door and not that of the person.
        """
        mark = self.devices.mark_of(email, device) if device else None
        if mark is not None:
            return [Limit(f"device:{mark}", _FAILURES_BY_DEVICE)]
        return [
            Limit(f"account:{email}", _FAILURES_BY_ACCOUNT),
            Limit(f"address:{caller.address}", _FAILURES_BY_ADDRESS),
        ]

    async def _refused(self, user: UserRecord | None, caller: Caller, one: Try, what: str) -> None:
        self.metrics.count(LOGINS, result="refused")
        # What was typed as the address is not kept: it may be a password in the wrong field.
        actor = Actor(None, None, caller.address)
        on = On("staff", user.id if user else None)
        await self.audit.note("login.refused", actor, on, details={"wrong": what})
        if one.last:  # noted once, not for every knock at the closed door
            self.metrics.count(LOGINS, result="throttled")
            await self.audit.note("login.throttled", actor, on)
