"""Logins of staff: opened, listed, ended. Whoever ends one tells its sockets too, at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from examhall.application.access import token_hash
from examhall.application.identity import StaffIdentity
from examhall.application.ports.accounts_store import UserRecord
from examhall.application.ports.bus import Bus
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.sessions_store import SessionRecord, SessionsStore
from examhall.domain.errors import ErrorKind, ExamhallError

_ADDRESS_CHARS = 64
_BROWSER_CHARS = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """What a request came from; None: not by HTTP."""

    address: str | None = field(default=None, repr=False)
    browser: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Login:
    """A fresh login; `token` goes into the cookie and nowhere else."""

    identity: StaffIdentity
    token: str = field(repr=False)
    expires_at: int


@dataclass(frozen=True, slots=True)
class StaffSessions:
    """The use cases around logins that are there."""

    store: SessionsStore
    bus: Bus
    clock: Clock
    ids: Ids
    lasts_ms: int  # unused

    async def open(self, user: UserRecord, caller: Caller, *, second_factor: bool) -> Login:
        now, token, session_id = self.clock.now_ms(), self.ids.new_token(), self.ids.new_id()
        record = SessionRecord(
            id=session_id,
            token_hash=token_hash(token),
            user_id=user.id,
            created_at=now,
            expires_at=now + self.lasts_ms,
            last_used_at=now,
            address=_cut(caller.address, _ADDRESS_CHARS),
            browser=_cut(caller.browser, _BROWSER_CHARS),
        )
        await self.store.add(record)
        who = StaffIdentity(
            user.id, user.role, user.name, user.email, session_id, second_factor=second_factor
        )
        return Login(who, token, record.expires_at)

    async def of_user(self, user_id: str) -> Sequence[SessionRecord]:
        return await self.store.of_user(user_id, self.clock.now_ms())

    async def end(self, user_id: str, session_id: str) -> None:
        """Raises `session_not_found`."""
        if not await self.store.end(user_id, session_id):
            raise ExamhallError(
                ErrorKind.NOT_FOUND, "session_not_found", "There is no such login; it may have ended."
            )
        await self.tell(user_id)

    async def end_all(self, user_id: str, *, but: str | None = None) -> int:
        """How many were ended. but: the one that stays."""
        ended = await self.store.end_all(user_id, but=but)
        await self.tell(user_id)
        return ended

    async def tell(self, user_id: str) -> None:
        """Their sockets look again whether they may stay."""
        await self.bus.publish(f"staff/{user_id}", "rights")


def _cut(text: str | None, chars: int) -> str | None:
    """Printable ASCII only: it is listed, logged nowhere, and nobody needs more of it."""
    if text is None:
        return None
    return "".join(one for one in text if " " <= one <= "~")[:chars] or None
