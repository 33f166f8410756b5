"""Where an attempt's recording is noted, in SQL."""

from collections.abc import Sequence

from sqlalchemy import func, select

from examhall.adapters.db import rows
from examhall.adapters.db.engine import Database
from examhall.application.ports.recording_store import Held, SegmentRecord
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.recording import SegmentKind


class DbRecordingStore:
    """Implements `RecordingStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def numbered(
        self, attempt_id: str, instance_id: str, kind: SegmentKind, seq: int
    ) -> SegmentRecord | None:
        table = rows.SEGMENT
        query = select(table).where(
            table.c.attempt_id == attempt_id,
            table.c.instance_id == instance_id,
            table.c.kind == kind.value,
            table.c.seq == seq,
        )
        async with self._database.read() as session:
            row = (await session.execute(query)).mappings().first()
        return None if row is None else rows.segment(row)

    async def held(self, attempt_id: str, kind: SegmentKind) -> Held:
        table = rows.SEGMENT
        query = select(func.count(), func.coalesce(func.sum(table.c.size), 0)).where(
            table.c.attempt_id == attempt_id, table.c.kind == kind.value
        )
        async with self._database.read() as session:
            count, size = (await session.execute(query)).one()
        return Held(int(count), int(size))

    async def segments_of_attempt(self, attempt_id: str) -> Sequence[SegmentRecord]:
        table = rows.SEGMENT
        query = select(table).where(table.c.attempt_id == attempt_id)
        query = query.order_by(table.c.captured_at, table.c.kind, table.c.seq, table.c.id)
        async with self._database.read() as session:
            return [rows.segment(row) for row in (await session.execute(query)).mappings()]

    async def segment(self, segment_id: str) -> SegmentRecord:
        async with self._database.read() as session:
            found = await session.execute(select(rows.SEGMENT).where(rows.SEGMENT.c.id == segment_id))
            row = found.mappings().first()
        if row is None:
            raise ExamhallError(
                ErrorKind.NOT_FOUND, "segment_not_found", "There is no such piece of a recording."
            )
        return rows.segment(row)
