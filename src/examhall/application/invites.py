"""Invite links: signed, expiring, revocable, bound to one attempt."""

import base64
import binascii
from dataclasses import dataclass, field

from examhall.application.access import token_hash
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.exam_store import InviteRecord, RosterStore
from examhall.application.ports.keys import KeyRing, Signature
from examhall.application.ports.metrics import JOINS, Metrics
from examhall.domain.attempt import OVER, AttemptState
from examhall.domain.errors import ErrorKind, ExamhallError

_DAY_MS = 24 * 3600 * 1000
_ASK = "Ask who sent it to you for a new one."


@dataclass(frozen=True, slots=True)
class Joined:
    """`token` goes into the attempt's cookie, or to a program as its bearer token."""

    attempt_id: str
    token: str = field(repr=False)
    lasts_s: int


class Invites:
    """Makes links and lets candidates in by them.

    A token is `{key id}.{base64url of "invite id:attempt id:expiry"}.{base64url of the HMAC}`.
    """

    def __init__(
        self, store: RosterStore, keys: KeyRing, clock: Clock, ids: Ids, metrics: Metrics, *, base_url: str
    ) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._base_url = base_url

    def link(self, invite_id: str, attempt_id: str, expires_at: int) -> str:
        """The text of a link; the same every time it is asked for. The token is behind `#`: no log sees it."""
        message = f"{invite_id}:{attempt_id}:{expires_at}".encode()
        signature = self._keys.sign(message)
        return f"{self._base_url}/join#{signature.key_id}.{_encode(message)}.{_encode(signature.mac)}"

    async def join(self, token: str) -> Joined:
        """Exchange a link's token for a session of its attempt.

        Raises `link_altered`, `link_foreign`, `link_revoked`, `link_expired`, `attempt_over`.
        """
        try:
            joined = await self._join(token)
        except ExamhallError as error:
            self._metrics.count(JOINS, result=error.code)
            raise
        self._metrics.count(JOINS, result="ok")
        return joined

    async def _join(self, token: str) -> Joined:
        invite_id, attempt_id = self._open(token)
        invite = await self._store.invite(invite_id)
        now = self._clock.now_ms()
        if invite is None:
            raise _refused("link_revoked", f"This link was withdrawn. {_ASK}")
        _check(invite, attempt_id, now)
        session_token = self._ids.new_token()
        ends_at = max(now, invite.exam_closes_at) + invite.extra_time_s * 1000 + _DAY_MS
        await self._store.add_candidate_session(token_hash(session_token), attempt_id, now, ends_at)
        return Joined(attempt_id, session_token, (ends_at - now) // 1000)

    def _open(self, token: str) -> tuple[str, str]:
        altered = ExamhallError(
            ErrorKind.INVALID,
            "link_altered",
            "This link is not complete or was changed. Copy the whole link from your invitation.",
        )
        try:
            key_id, body, mac = token.strip().split(".")
            message, signature = _decode(body), Signature(key_id, _decode(mac))
            invite_id, attempt_id, _ = message.decode("ascii").split(":")
        except ValueError as error:
            raise altered from error
        try:
            genuine = self._keys.verify(message, signature)
        except ExamhallError as error:
            raise ExamhallError(
                ErrorKind.FORBIDDEN, "link_foreign", f"This link was not made by this server. {_ASK}"
            ) from error
        if not genuine:
            raise altered
        return invite_id, attempt_id


def _check(invite: InviteRecord, attempt_id: str, now_ms: int) -> None:
    if invite.attempt_id != attempt_id:
        raise ExamhallError(ErrorKind.FORBIDDEN, "link_foreign", f"This link is for another exam. {_ASK}")
    if invite.revoked_at is not None or invite.exam_archived:
        raise _refused("link_revoked", f"This link was withdrawn. {_ASK}")
    if invite.attempt_state in OVER:
        raise _refused("attempt_over", "This exam is over for you; there is nothing more to do.")
    # Who is in the middle of the exam may come back, however late it has become.
    if invite.attempt_state is AttemptState.INVITED and invite.expires_at <= now_ms:
        raise _refused("link_expired", "This link's time has run out: the exam has closed.")


def _refused(code: str, message: str) -> ExamhallError:
    return ExamhallError(ErrorKind.GONE, code, message)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if _encode(data) != text:  # one text for each token: unused bits must not vary
        raise ValueError("not canonical")
    return data
