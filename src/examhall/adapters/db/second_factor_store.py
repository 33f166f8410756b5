"""Second factors, in SQL. What is good once is taken by one conditional UPDATE."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from examhall.adapters.db.conflicts import retried
from examhall.adapters.db.engine import Database
from examhall.adapters.db.tables import RecoveryCodeRow, SecondFactorRow
from examhall.application.ports.second_factor_store import FactorRecord


class DbSecondFactorStore:
    """Implements `application.ports.second_factor_store.SecondFactorStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def factor(self, user_id: str) -> FactorRecord | None:
        async with self._database.read() as session:
            row = await session.get(SecondFactorRow, user_id)
        if row is None:
            return None
        return FactorRecord(
            row.user_id, row.sealed, row.key_id, row.created_at, row.confirmed_at, row.last_step
        )

    @retried
    async def begin(self, record: FactorRecord) -> bool:
        try:
            async with self._database.write() as session:
                await session.execute(
                    delete(SecondFactorRow).where(
                        SecondFactorRow.user_id == record.user_id, SecondFactorRow.confirmed_at.is_(None)
                    )
                )
                session.add(
                    SecondFactorRow(
                        user_id=record.user_id,
                        sealed=record.sealed,
                        key_id=record.key_id,
                        created_at=record.created_at,
                        confirmed_at=record.confirmed_at,
                        last_step=record.last_step,
                    )
                )
        except IntegrityError:
            return False
        return True

    @retried
    async def confirm(
        self, user_id: str, *, sealed: bytes, step: int, at_ms: int, code_hashes: Sequence[str]
    ) -> bool:
        async with self._database.write() as session:
            done = await session.scalar(
                update(SecondFactorRow)
                .where(
                    SecondFactorRow.user_id == user_id,
                    SecondFactorRow.sealed == sealed,
                    SecondFactorRow.confirmed_at.is_(None),
                )
                .values(confirmed_at=at_ms, last_step=step)
                .returning(SecondFactorRow.user_id)
            )
            if done is not None:
                await _replace_codes(session, user_id, code_hashes)
            return done is not None

    async def take_step(self, user_id: str, step: int) -> bool:
        async with self._database.write() as session:
            taken = await session.scalar(
                update(SecondFactorRow)
                .where(SecondFactorRow.user_id == user_id, SecondFactorRow.last_step < step)
                .values(last_step=step)
                .returning(SecondFactorRow.user_id)
            )
            return taken is not None

    async def take_recovery_code(self, user_id: str, code_hash: str, at_ms: int) -> bool:
        async with self._database.write() as session:
            taken = await session.scalar(
                update(RecoveryCodeRow)
                .where(
                    RecoveryCodeRow.user_id == user_id,
                    RecoveryCodeRow.code_hash == code_hash,
                    RecoveryCodeRow.used_at.is_(None),
                )
                .values(used_at=at_ms)
                .returning(RecoveryCodeRow.user_id)
            )
            return taken is not None

    async def codes_left(self, user_id: str) -> int:
        async with self._database.read() as session:
            count = await session.scalar(
                select(func.count())
                .select_from(RecoveryCodeRow)
                .where(RecoveryCodeRow.user_id == user_id, RecoveryCodeRow.used_at.is_(None))
            )
            return count or 0

    @retried
    async def replace_codes(self, user_id: str, code_hashes: Sequence[str]) -> None:
        async with self._database.write() as session:
            await _replace_codes(session, user_id, code_hashes)

    @retried
    async def remove(self, user_id: str) -> bool:
        async with self._database.write() as session:
            await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
            removed = await session.scalar(
                delete(SecondFactorRow)
                .where(SecondFactorRow.user_id == user_id)
                .returning(SecondFactorRow.user_id)
            )
            return removed is not None


async def _replace_codes(session: AsyncSession, user_id: str, code_hashes: Sequence[str]) -> None:
    await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
    session.add_all(RecoveryCodeRow(user_id=user_id, code_hash=one) for one in code_hashes)
