"""Logins of staff, in SQL."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from examhall.adapters.db.conflicts import delete_free, retried
from examhall.adapters.db.engine import Database
from examhall.adapters.db.rows import table_of
from examhall.adapters.db.tables import StaffSessionRow
from examhall.application.ports.sessions_store import SessionRecord


class DbSessionsStore:
    """Implements `application.ports.sessions_store.SessionsStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def add(self, record: SessionRecord) -> None:
        async with self._database.write() as session:
            expired = StaffSessionRow.expires_at < record.created_at
            await delete_free(session, table_of(StaffSessionRow), expired)
            session.add(
                StaffSessionRow(
                    id=record.id,
                    token_hash=record.token_hash,
                    user_id=record.user_id,
                    created_at=record.created_at,
                    expires_at=record.expires_at,
                    last_used_at=record.last_used_at,
                    address=record.address,
                    browser=record.browser,
                )
            )

    async def of_user(self, user_id: str, now_ms: int) -> Sequence[SessionRecord]:
        query = (
            select(StaffSessionRow)
            .where(StaffSessionRow.user_id == user_id, StaffSessionRow.expires_at > now_ms)
            .order_by(StaffSessionRow.last_used_at.desc(), StaffSessionRow.id)
        )
        async with self._database.read() as session:
            return [_record(row) for row in await session.scalars(query)]

    async def end(self, user_id: str, session_id: str) -> bool:
        async with self._database.write() as session:
            ended = await session.scalar(
                delete(StaffSessionRow)
                .where(StaffSessionRow.id == session_id, StaffSessionRow.user_id == user_id)
                .returning(StaffSessionRow.id)
            )
            return ended is not None

    @retried
    async def end_all(self, user_id: str, *, but: str | None) -> int:
        which = [StaffSessionRow.user_id == user_id]
        if but is not None:
            which.append(StaffSessionRow.id != but)
        async with self._database.write() as session:
            ended = await session.scalars(delete(StaffSessionRow).where(*which).returning(StaffSessionRow.id))
            return len(ended.all())


def _record(row: StaffSessionRow) -> SessionRecord:
    return SessionRecord(
        id=row.id,
        token_hash=row.token_hash,
        user_id=row.user_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        address=row.address,
        browser=row.browser,
    )
