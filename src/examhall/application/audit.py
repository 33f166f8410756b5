"""The audit log: noted by whoever does something, read by administrators."""

import csv
import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from examhall.application.ports.audit import Actor, AuditEntry, AuditFilter, AuditLine, AuditStore, Detail, On
from examhall.application.ports.clock import Clock, Ids
from examhall.application.spreadsheet import safe_cell
from examhall.domain.errors import ExamhallError

log = structlog.get_logger(__name__)
_PAGE = 500
_COLUMNS = (
    "time",
    "action",
    "who",
    "who_id",
    "key",
    "address",
    "on",
    "on_id",
    "exam",
    "exam_id",
    "reason",
    "details",
)


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Implements `application.ports.audit.Audit`."""

    store: AuditStore
    clock: Clock
    ids: Ids

    async def note(
        self,
        action: str,
        actor: Actor,
        on: On,
        *,
        reason: str | None = None,
        details: Mapping[str, Detail] | None = None,
    ) -> None:
        """What was done cannot be undone for want of a line about it: then the server's log has one instead."""
        entry = AuditEntry(
            self.ids.new_id(), self.clock.now_ms(), action, actor, on, reason or None, dict(details or {})
        )
        try:
            await self.store.add(entry)
        except ExamhallError as error:
            told = {"action": action, "actor_id": actor.user_id, "key_id": actor.key_id, "on_id": on.id}
            log.error("audit_not_stored", code=error.code, **told)  # noqa: TRY400  its text could hold a reason

    async def page(
        self, wanted: AuditFilter, *, before: tuple[int, str] | None, limit: int
    ) -> tuple[Sequence[AuditLine], tuple[int, str] | None]:
        """The newest first, and where the next page begins (None: there is none)."""
        lines = await self.store.entries(wanted, before=before, limit=limit + 1)
        if len(lines) <= limit:
            return lines, None
        last = lines[limit - 1].entry
        return lines[:limit], (last.at, last.id)

    async def csv(self, wanted: AuditFilter) -> AsyncIterator[str]:
        """All of it as a spreadsheet, page by page. Cells that a spreadsheet would run as a formula are disarmed."""
        yield _row(_COLUMNS)
        before: tuple[int, str] | None = None
        while True:
            lines, before = await self.page(wanted, before=before, limit=_PAGE)
            if lines:
                yield "".join(_row(_cells(line)) for line in lines)
            if before is None:
                return


def _cells(line: AuditLine) -> tuple[str, ...]:
    entry = line.entry
    return (
        datetime.fromtimestamp(entry.at / 1000, UTC).isoformat(timespec="milliseconds"),
        entry.action,
        line.actor_name or "",
        entry.actor.user_id or "",
        line.key_name or "",
        entry.actor.address or "",
        entry.on.kind,
        entry.on.id or "",
        line.exam_title or "",
        entry.on.exam_id or "",
        entry.reason or "",
        json.dumps(entry.details, sort_keys=True) if entry.details else "",
    )


def _row(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()
