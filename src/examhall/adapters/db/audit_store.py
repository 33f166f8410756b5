"""The audit log, in SQL."""

from collections.abc import Sequence

from sqlalchemy import Select, or_, select, tuple_

from examhall.adapters.db.engine import Database
from examhall.adapters.db.tables import ApiKeyRow, AuditEntryRow, ExamRow, UserRow
from examhall.application.ports.audit import Actor, AuditEntry, AuditFilter, AuditLine, On


class DbAuditStore:
    """Implements `application.ports.audit.AuditStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: AuditEntry) -> None:
        async with self._database.write() as session:
            session.add(
                AuditEntryRow(
                    id=entry.id,
                    at=entry.at,
                    action=entry.action,
                    actor_id=entry.actor.user_id,
                    key_id=entry.actor.key_id,
                    address=entry.actor.address,
                    target_kind=entry.on.kind,
                    target_id=entry.on.id,
                    exam_id=entry.on.exam_id,
                    reason=entry.reason,
                    details=dict(entry.details),
                )
            )

    async def entries(
        self, wanted: AuditFilter, *, before: tuple[int, str] | None, limit: int
    ) -> Sequence[AuditLine]:
        query = _wanted(wanted).order_by(AuditEntryRow.at.desc(), AuditEntryRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(tuple_(AuditEntryRow.at, AuditEntryRow.id) < tuple_(*before))
        async with self._database.read() as session:
            found = await session.execute(query)
            return [AuditLine(_entry(row), name, key, title) for row, name, key, title in found]


def _wanted(wanted: AuditFilter) -> Select[AuditEntryRow, str, str, str]:
    row = AuditEntryRow
    query = (
        select(row, UserRow.name, ApiKeyRow.name, ExamRow.title)
        .outerjoin(UserRow, UserRow.id == row.actor_id)
        .outerjoin(ApiKeyRow, ApiKeyRow.id == row.key_id)
        .outerjoin(ExamRow, ExamRow.id == row.exam_id)
    )
    if wanted.actor_id is not None:
        query = query.where(or_(row.actor_id == wanted.actor_id, row.key_id == wanted.actor_id))
    if wanted.action is not None:
        query = query.where(
            or_(row.action == wanted.action, row.action.startswith(f"{wanted.action}.", autoescape=True))
        )
    if wanted.exam_id is not None:
        query = query.where(row.exam_id == wanted.exam_id)
    if wanted.from_ms is not None:
        query = query.where(row.at >= wanted.from_ms)
    if wanted.to_ms is not None:
        query = query.where(row.at < wanted.to_ms)
    return query


def _entry(row: AuditEntryRow) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        action=row.action,
        actor=Actor(row.actor_id, row.key_id, row.address),
        on=On(row.target_kind, row.target_id, row.exam_id),
        reason=row.reason,
        details=row.details,
    )
