"""Which rows name what is sealed with which key, in SQL."""

from collections.abc import Sequence

from sqlalchemy import select, update

from examhall.adapters.db import rows, tables
from examhall.adapters.db.engine import Database
from examhall.application.ports.sealed_store import SealedBlob, SealedFactor, SealedTemplate

_SEALED = (rows.EVIDENCE, rows.SEGMENT, rows.table_of(tables.RosterPhotoRow))


_FACTOR = rows.table_of(tables.SecondFactorRow)


class DbSealedStore:
    """Implements `SealedStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def blobs_of_other_keys(self, key_id: str) -> Sequence[SealedBlob]:
        found: list[SealedBlob] = []
        async with self._database.read() as session:
            for table in _SEALED:
                query = (
                    select(table.c.path, table.c.key_id)
                    .where(table.c.path.is_not(None), table.c.key_id != key_id)
                    .order_by(table.c.path)
                )
                found += [SealedBlob(row[0], row[1]) for row in await session.execute(query)]
        return found

    async def blob_is_sealed_with(self, path: str, key_id: str) -> bool:
        async with self._database.write() as session:
            for table in _SEALED:
                done = await session.execute(
                    update(table)
                    .where(table.c.path == path)
                    .values(key_id=key_id)
                    .returning(table.c.attempt_id)
                )
                if done.first() is not None:
                    return True
        return False

    async def templates_of_other_keys(self, key_id: str) -> Sequence[SealedTemplate]:
        table = rows.IDENTITY_TEMPLATE
        query = select(table.c.attempt_id, table.c.sealed).where(table.c.key_id != key_id)
        async with self._database.read() as session:
            return [SealedTemplate(row[0], row[1]) for row in await session.execute(query)]

    async def replace_template(self, before: SealedTemplate, sealed: bytes, key_id: str) -> None:
        table = rows.IDENTITY_TEMPLATE
        async with self._database.write() as session:
            await session.execute(
                update(table)
                .where(table.c.attempt_id == before.attempt_id, table.c.sealed == before.sealed)
                .values(sealed=sealed, key_id=key_id)
            )

    async def factors_of_other_keys(self, key_id: str) -> Sequence[SealedFactor]:
        query = select(_FACTOR.c.user_id, _FACTOR.c.sealed).where(_FACTOR.c.key_id != key_id)
        async with self._database.read() as session:
            return [SealedFactor(row[0], row[1]) for row in await session.execute(query)]

    async def replace_factor(self, before: SealedFactor, sealed: bytes, key_id: str) -> None:
        async with self._database.write() as session:
            await session.execute(
                update(_FACTOR)
                .where(_FACTOR.c.user_id == before.user_id, _FACTOR.c.sealed == before.sealed)
                .values(sealed=sealed, key_id=key_id)
            )
