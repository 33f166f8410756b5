"""API keys, in SQL."""

from collections.abc import Sequence

from sqlalchemy import func, select, update

from examhall.adapters.db.engine import Database
from examhall.adapters.db.tables import ApiKeyRow, UserRow
from examhall.application.ports.api_keys_store import KeyListing, KeyRecord, Scope


class DbApiKeysStore:
    """Implements `application.ports.api_keys_store.ApiKeysStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keys(self, now_ms: int) -> Sequence[KeyListing]:
        query = (
            select(ApiKeyRow, UserRow)
            .join(UserRow, UserRow.id == ApiKeyRow.made_by)
            .order_by(ApiKeyRow.created_at.desc(), ApiKeyRow.id)
        )
        async with self._database.read() as session:
            return [
                KeyListing(
                    _record(row),
                    maker.name,
                    row.revoked_at is None
                    and row.expires_at > now_ms
                    and maker.disabled_at is None
                    and maker.role == "admin",
                )
                for row, maker in await session.execute(query)
            ]

    async def add(self, record: KeyRecord) -> None:
        async with self._database.write() as session:
            session.add(
                ApiKeyRow(
                    id=record.id,
                    name=record.name,
                    token_hash=record.token_hash,
                    scopes=sorted(record.scopes),
                    made_by=record.made_by,
                    created_at=record.created_at,
                    expires_at=record.expires_at,
                )
            )

    async def revoke(self, key_id: str, at_ms: int) -> bool:
        async with self._database.write() as session:
            found = await session.scalar(
                update(ApiKeyRow)
                .where(ApiKeyRow.id == key_id)
                .values(revoked_at=func.coalesce(ApiKeyRow.revoked_at, at_ms))
                .returning(ApiKeyRow.id)
            )
            return found is not None


def known_scopes(scopes: Sequence[str]) -> frozenset[Scope]:
    """What a later version granted and this one does not know opens nothing."""
    return frozenset(one for one in Scope if one in scopes)


def _record(row: ApiKeyRow) -> KeyRecord:
    return KeyRecord(
        id=row.id,
        name=row.name,
        token_hash=row.token_hash,
        scopes=known_scopes(row.scopes),
        made_by=row.made_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
