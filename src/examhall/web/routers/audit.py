"""The audit log of staff actions; for admins."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import StreamingResponse

from examhall.application.ports.audit import AuditFilter, AuditLine
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.web.access_schemas import AuditEntry, AuditPage
from examhall.web.auth import Use

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

_Id = Annotated[str | None, Query(max_length=64)]
_Ms = Annotated[int | None, Query(ge=0, le=2**53)]
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}, "description": "A spreadsheet"}}


def _filter(
    actor: _Id = None, action: _Id = None, exam: _Id = None, from_ms: _Ms = None, to_ms: _Ms = None
) -> AuditFilter:
    """actor: an account or an API key; action: like `login.refused`, or all of `login`; from_ms <= time < to_ms."""
    return AuditFilter(actor or None, action or None, exam or None, from_ms, to_ms)


Wanted = Annotated[AuditFilter, Depends(_filter)]


@router.get("")
async def list_audit(
    services: Use,
    wanted: Wanted,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditPage:
    """The newest first; `after` is the `next` of the page before."""
    lines, more = await services.audit.page(wanted, before=_place(after), limit=limit)
    return AuditPage(
        entries=[_entry(line) for line in lines], next=None if more is None else f"{more[0]}.{more[1]}"
    )


@router.get("/csv", response_class=StreamingResponse, responses=_CSV)
async def audit_csv(services: Use, wanted: Wanted) -> StreamingResponse:
    """All that fits, as a spreadsheet; cells that would run as a formula are disarmed. The export is logged."""
    headers = {
        "Content-Disposition": 'attachment; filename="audit.csv"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(services.audit.csv(wanted), media_type="text/csv", headers=headers)


def _place(after: str | None) -> tuple[int, str] | None:
    if after is None:
        return None
    at, _, entry_id = after.partition(".")
    if not (at.isdecimal() and at.isascii() and len(at) <= 16):
        raise ExamhallError(
            ErrorKind.INVALID, "place_invalid", "`after` is not the `next` of a page; read from the start."
        )
    return int(at), entry_id


def _entry(line: AuditLine) -> AuditEntry:
    entry = line.entry
    return AuditEntry(
        id=entry.id,
        at=entry.at,
        action=entry.action,
        actor_id=entry.actor.user_id,
        actor_name=line.actor_name,
        key_name=line.key_name,
        address=entry.actor.address,
        on_kind=entry.on.kind,
        on_id=entry.on.id,
        exam_id=entry.on.exam_id,
        exam_title=line.exam_title,
        reason=entry.reason,
        details=dict(entry.details),
    )
