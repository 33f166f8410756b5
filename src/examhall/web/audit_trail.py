"""One line of the audit log for each route that succeeded and whose row has an `audit`, before the answer leaves."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from examhall.application.ports.audit import Actor, Audit, On
from examhall.web.audit_note import AuditNote
from examhall.web.auth import Identity
from examhall.web.authorisation import RULES

_FAILED = 400
# The most particular first: what a line is about.
_KINDS = {
    "key_id": "key",
    "session_id": "session",
    "incident_id": "incident",
    "evidence_id": "evidence",
    "attempt_id": "attempt",
    "user_id": "staff",
    "exam_id": "exam",
}


class AuditTrail:
    """Pure ASGI, so that it neither buffers nor breaks streaming."""

    def __init__(self, app: ASGIApp, audit: Audit) -> None:
        self._app = app
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < _FAILED:
                await self._note(scope)
            await send(message)

        await self._app(scope, receive, sending)

    async def _note(self, scope: Scope) -> None:
        rule = RULES.get(getattr(scope.get("route"), "name", ""))
        identity = scope.get("state", {}).get("identity")
        if rule is None or rule.audit is None or not isinstance(identity, Identity):
            return
        note = scope["state"]["audit"]
        assert isinstance(note, AuditNote)  # noqa: S101  made beside the identity
        client = scope.get("client")
        actor = Actor(
            identity.staff.user_id if identity.staff else None,
            identity.key_id,
            client[0] if client else None,
        )
        on = _on(rule.audit, scope["path_params"], identity, note)
        await self._audit.note(rule.audit, actor, on, reason=note.reason, details=note.details)


def _on(action: str, path: Mapping[str, str], identity: Identity, note: AuditNote) -> On:
    exam_id = identity.exam_id or path.get("exam_id")
    if note.target_id is None:
        for parameter, kind in _KINDS.items():
            if parameter in path:
                return On(kind, path[parameter][:64], exam_id)
    kind = action.partition(".")[0]
    return On(kind, note.target_id, note.target_id if kind == "exam" else exam_id)
