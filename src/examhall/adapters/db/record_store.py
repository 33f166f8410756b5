"""Everything that is stored of one attempt, in one reading transaction."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from examhall.adapters.db import rows
from examhall.adapters.db.attempt_tx import attempt_not_found
from examhall.adapters.db.engine import Database
from examhall.application.ports.attempt_store import PageEventRecord
from examhall.application.ports.record_store import AttemptDump
from examhall.domain.chain import ChainHead
from examhall.domain.observation import PageEventKind

R = TypeVar("R")


class DbRecordStore:
    """Implements `RecordStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def dump(self, attempt_id: str) -> AttemptDump:
        async with self._database.read(still=True) as session:
            row = await _first(session, rows.ATTEMPT, attempt_id)
            exam = await _first(session, rows.EXAM, "" if row is None else row["exam_id"])
            if row is None or exam is None:
                raise attempt_not_found()
            read = _Reader(session, attempt_id)
            staff = await session.execute(select(rows.USER.c.id, rows.USER.c.name))
            return AttemptDump(
                attempt=rows.attempt(row),
                exam=rows.exam(exam),
                incidents=await read(rows.INCIDENT, rows.incident, "opened_at", "id"),
                evidence=await read(rows.EVIDENCE, rows.evidence, "captured_at", "id"),
                segments=await read(rows.SEGMENT, rows.segment, "captured_at", "kind", "seq", "id"),
                warnings=await read(rows.WARNING, rows.warning, "at", "id"),
                chat=await read(rows.CHAT, rows.chat, "at", "id"),
                credits=await read(rows.CREDIT, rows.credit, "at", "id"),
                events=await read(rows.PAGE_EVENT, _event, "received_at", "instance_id", "seq"),
                observations=await read(rows.OBSERVATION, lambda one: str(one["lines"]), "batch"),
                log=await read(rows.LOG, rows.log_line, "seq"),
                head=ChainHead(row["log_seq"], row["log_head"]),
                staff={one["id"]: one["name"] for one in staff.mappings()},
            )


class _Reader:
    def __init__(self, session: AsyncSession, attempt_id: str) -> None:
        self._session = session
        self._attempt_id = attempt_id

    async def __call__(self, table: Table, record: Callable[[RowMapping], R], *order: str) -> Sequence[R]:
        query = select(table).where(table.c.attempt_id == self._attempt_id)
        found = await self._session.execute(query.order_by(*(table.c[name] for name in order)))
        return [record(row) for row in found.mappings()]


async def _first(session: AsyncSession, table: Table, id_: str) -> RowMapping | None:
    return (await session.execute(select(table).where(table.c.id == id_))).mappings().first()


def _event(row: RowMapping) -> PageEventRecord:
    return PageEventRecord(
        attempt_id=row["attempt_id"],
        instance_id=row["instance_id"],
        seq=row["seq"],
        kind=PageEventKind(row["kind"]),
        page_ms=row["page_ms"],
        late=row["late"],
        body=row["body"],
        received_at=row["received_at"],
    )
