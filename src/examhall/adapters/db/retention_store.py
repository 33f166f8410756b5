"""What is due to be erased, in SQL."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Table, and_, exists, func, or_, select

from examhall.adapters.db import rows, tables
from examhall.adapters.db.conflicts import delete_free, retried
from examhall.adapters.db.engine import Database
from examhall.adapters.db.erasure import payloads_left
from examhall.application.ports.retention import ERASED_NAME, ErasableAttempt
from examhall.domain.attempt import OVER, AttemptState

_DAY_MS = 24 * 3_600_000
_WEEK_MS = 7 * _DAY_MS
# Whoever is in one of these may still come; they leave it when the window closes, or by a proctor.
_RUNNING = [s.value for s in AttemptState if s not in OVER and s is not AttemptState.INVITED]


class DbRetentionStore:
    """Implements `RetentionStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def erasable(self, ended_before: int, lasting: Collection[str]) -> Sequence[ErasableAttempt]:
        attempt, exam = rows.ATTEMPT.c, rows.EXAM.c
        evidence, segment = rows.EVIDENCE.c, rows.SEGMENT.c
        ends_at = func.coalesce(attempt.over_at, exam.closes_at)
        record_left = or_(
            exists().where(payloads_left(attempt.id, lasting)),
            exists().where(evidence.attempt_id == attempt.id, evidence.path.is_not(None)),
            exists().where(segment.attempt_id == attempt.id, segment.path.is_not(None)),
            exists().where(rows.OBSERVATION.c.attempt_id == attempt.id),
        )
        name_left = attempt.candidate_name != ERASED_NAME
        query = (
            select(
                attempt.id,
                ends_at.label("ends_at"),
                exam.closes_at,
                func.coalesce(attempt.policy_revision_id, exam.policy_revision_id).label("revision"),
                exam.policy_revision_id.label("exam_revision"),
                record_left.label("record_left"),
                name_left.label("name_left"),
            )
            .join(rows.EXAM, exam.id == attempt.exam_id)
            .where(ends_at < ended_before, attempt.state.not_in(_RUNNING), or_(record_left, name_left))
            .order_by(attempt.id)
        )
        async with self._database.read() as session:
            return [
                ErasableAttempt(
                    attempt_id=row["id"],
                    ends_at=row["ends_at"],
                    exam_closes_at=row["closes_at"],
                    policy_revision_id=row["revision"],
                    exam_policy_revision_id=row["exam_revision"],
                    record_left=bool(row["record_left"]),
                    name_left=bool(row["name_left"]),
                )
                for row in (await session.execute(query)).mappings()
            ]

    async def evidence_paths(self, attempt_id: str) -> Sequence[str]:
        found: list[str] = []
        async with self._database.read() as session:
            for table in (rows.EVIDENCE, rows.SEGMENT):
                query = select(table.c.path).where(
                    table.c.attempt_id == attempt_id, table.c.path.is_not(None)
                )
                found += [str(path) for path in await session.scalars(query)]
        return found

    @retried
    async def drop_expired(self, now_ms: int, *, audit_before: int, dry_run: bool) -> Mapping[str, int]:
        audit, failure = rows.table_of(tables.AuditEntryRow), rows.table_of(tables.LoginFailureRow)
        report = rows.table_of(tables.ProviderReportRow)
        beat = rows.HEARTBEAT
        newest = select(func.max(beat.c.at)).scalar_subquery()
        before = now_ms - _WEEK_MS
        due: dict[str, tuple[Table, ColumnElement[bool]]] = {
            "staff logins": _expired(rows.table_of(tables.StaffSessionRow), now_ms),
            "one-time links": _expired(rows.table_of(tables.OneTimeLinkRow), before),
            "candidates' sessions": _expired(rows.table_of(tables.CandidateSessionRow), now_ms),
            "outbox lines": (rows.OUTBOX, rows.OUTBOX.c.at < before),
            "failed logins": (failure, failure.c.at < now_ms - _DAY_MS),
            "meeting provider's reports": (report, report.c.at < now_ms - _DAY_MS),
            "lines of the audit log": (audit, audit.c.at < audit_before),
            "heartbeats": (beat, and_(beat.c.at < before, beat.c.at < newest)),
        }
        counts: dict[str, int] = {}
        async with self._database.read() as session:
            for what, (table, where) in due.items():
                counts[what] = int(
                    await session.scalar(select(func.count()).select_from(table).where(where)) or 0
                )
        if not dry_run and any(counts.values()):
            async with self._database.write() as session:
                for table, where in due.values():
                    await delete_free(session, table, where)
        return {what: count for what, count in counts.items() if count}


def _expired(table: Table, before: int) -> tuple[Table, ColumnElement[bool]]:
    return table, table.c.expires_at < before
