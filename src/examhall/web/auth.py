"""Identity for the routers.

Every HTTP route is authorised before its body is read, by the table in `authorisation.py`; a route only
says which identity it wants to see: `staff: Staff`, `candidate: Candidate`, `services: Use`.
Sockets call `socket_identity` themselves, since they answer with close codes.
"""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request, WebSocket
from starlette.requests import HTTPConnection

from examhall.application.access import KEY_PREFIX, Access, Target
from examhall.application.identity import CandidateIdentity, KeyIdentity, Role, StaffIdentity
from examhall.application.services import Services
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.web.audit_note import AuditNote
from examhall.web.authorisation import MESSAGES, RULES, Rule, Who
from examhall.web.buckets import Buckets
from examhall.web.config import WebConfig
from examhall.web.origin import require_origin

STAFF_COOKIE = "examhall_staff"


def attempt_cookie(attempt_id: str) -> str:
    """The name of the cookie that opens one attempt."""
    return f"examhall_attempt_{attempt_id}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, and as what: exactly one of the two, or neither where anyone may.

    key_id: of the API key through which a program acts for `staff`.
    """

    staff: StaffIdentity | None = None
    candidate: CandidateIdentity | None = None
    exam_id: str | None = None
    exam_role: Role | None = None
    key_id: str | None = None

    @property
    def role(self) -> Role:
        """The role in the path's exam, for routes whose row has a target."""
        if self.exam_role is None:
            raise LookupError("this route's row in authorisation.py has no target")
        return self.exam_role


def services_of(connection: HTTPConnection) -> Services:
    return cast(Services, connection.app.state.services)


def key_buckets(connection: HTTPConnection) -> Buckets:
    return cast(Buckets, connection.app.state.key_buckets)


def config_of(connection: HTTPConnection) -> WebConfig:
    return cast(WebConfig, connection.app.state.config)


async def authorise(request: Request) -> None:
    """Applied to every HTTP route: look up its row, find out who asks, refuse what the row does not allow."""
    request.state.audit = AuditNote()
    request.state.identity = await identify(request, RULES[request.scope["route"].name])


async def socket_identity(websocket: WebSocket, route_name: str) -> Identity:
    """The same for a socket, before `accept`.

    Raises `ExamhallError` (unauthenticated -> close 4401, forbidden -> 4403, not found -> 4404); browsers
    only see the code when the socket is accepted first and then closed.
    """
    rule = RULES[route_name]
    if not bearer(websocket):
        require_origin(websocket, config_of(websocket))
    return await identify(websocket, rule)


async def identify(connection: HTTPConnection, rule: Rule) -> Identity:
    """Answer who asks, or raise `not_signed_in`, `not_joined`, `not_allowed`, `*_not_found`."""
    access = services_of(connection).access
    if rule.who == {Who.ANYONE}:
        return Identity()
    if Who.CANDIDATE in rule.who:
        return Identity(candidate=await _candidate(connection, access))
    staff, key_id = await _staff_or_key(connection, access, rule)
    if Who.STAFF in rule.who:
        return Identity(staff=staff, key_id=key_id)
    if rule.target is None:
        if Who(staff.role) not in rule.who:
            raise _forbidden()
        return Identity(staff=staff, key_id=key_id)
    if rule.who == {Who.ADMIN} and staff.role != "admin":
        raise _forbidden()
    exam_id = await access.exam_of(rule.target, connection.path_params[rule.target.value])
    role = await access.role_in(exam_id, staff)
    if role is None or Who(role) not in rule.who:
        raise _forbidden()
    return Identity(staff=staff, exam_id=exam_id, exam_role=role, key_id=key_id)


def require_may_say(socket: str, kind: str, identity: Identity) -> None:
    """Raise `not_allowed` unless the table lets this identity say this on this socket."""
    rule = MESSAGES[socket].get(kind)
    is_a = {Who.CANDIDATE} if identity.candidate else {Who(identity.role)}
    if rule is None or not rule.who & is_a:
        raise _forbidden()


def bearer(connection: HTTPConnection) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def _staff_or_key(
    connection: HTTPConnection, access: Access, rule: Rule
) -> tuple[StaffIdentity, str | None]:
    token = connection.cookies.get(STAFF_COOKIE) or bearer(connection)
    if token and token.startswith(KEY_PREFIX):
        key = await _key(connection, access, token, rule)
        return key.staff, key.key_id
    staff = await access.staff(token) if token else None
    if staff is None:
        raise ExamhallError(ErrorKind.UNAUTHENTICATED, "not_signed_in", "Please sign in.")
    if access.must_enrol(staff) and not rule.before_enrolment:
        raise ExamhallError(
            ErrorKind.FORBIDDEN,
            "second_factor_required",
            "Set up your second factor first: open your account's page.",
        )
    return staff, None


async def _key(connection: HTTPConnection, access: Access, token: str, rule: Rule) -> KeyIdentity:
    key = await access.key(token)
    if key is None:
        raise ExamhallError(
            ErrorKind.UNAUTHENTICATED, "key_invalid", "This API key is not known, was revoked, or has ended."
        )
    key_buckets(connection).take(key.key_id, services_of(connection).clock.monotonic_s())
    if rule.scope is None or rule.scope not in key.scopes:
        raise ExamhallError(
            ErrorKind.FORBIDDEN, "scope_missing", "This API key has no scope that allows this."
        )
    return key


async def _candidate(connection: HTTPConnection, access: Access) -> CandidateIdentity:
    attempt_id = connection.path_params[Target.ATTEMPT.value]
    token = connection.cookies.get(attempt_cookie(attempt_id)) or bearer(connection)
    candidate = await access.candidate(token) if token else None
    if candidate is None:
        raise ExamhallError(
            ErrorKind.UNAUTHENTICATED, "not_joined", "Please open the exam with the link you were sent."
        )
    if candidate.attempt_id != attempt_id:
        raise _forbidden()
    return candidate


def _forbidden() -> ExamhallError:
    return ExamhallError(
        ErrorKind.FORBIDDEN, "not_allowed", "Your account may not do this here; ask an administrator."
    )


def identity_of(request: Request) -> Identity:
    return cast(Identity, request.state.identity)


def note_of(request: Request) -> AuditNote:
    """What the audit log is to say of this request besides who and what."""
    return cast(AuditNote, request.state.audit)


def require_staff(request: Request) -> StaffIdentity:
    """The staff member whom the table has let through."""
    staff = identity_of(request).staff
    if staff is None:
        raise LookupError("this route's row in authorisation.py does not ask for staff")
    return staff


def require_attempt(request: Request) -> CandidateIdentity:
    """The candidate whom the table has let through; the path's attempt is theirs."""
    candidate = identity_of(request).candidate
    if candidate is None:
        raise LookupError("this route's row in authorisation.py does not ask for a candidate")
    return candidate


Use = Annotated[Services, Depends(services_of)]
Config = Annotated[WebConfig, Depends(config_of)]
Staff = Annotated[StaffIdentity, Depends(require_staff)]
Candidate = Annotated[CandidateIdentity, Depends(require_attempt)]
Asker = Annotated[Identity, Depends(identity_of)]
Audited = Annotated[AuditNote, Depends(note_of)]
