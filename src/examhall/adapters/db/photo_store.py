"""Where the roster's reference photos are, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, select

from examhall.adapters.db.conflicts import retried
from examhall.adapters.db.engine import Database, hold
from examhall.adapters.db.tables import AttemptRow, RosterPhotoRow
from examhall.application.ports.photos import PhotoRecord


class DbPhotoStore:
    """Implements `application.ports.photos.PhotoStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def photo(self, attempt_id: str) -> PhotoRecord | None:
        async with self._database.read() as session:
            row = await session.get(RosterPhotoRow, attempt_id)
        return None if row is None else _record(row)

    @retried
    async def keep(self, photo: PhotoRecord) -> None:
        async with self._database.write() as session:
            await hold(session, f"photo {photo.attempt_id}")
            await session.merge(RosterPhotoRow(**asdict(photo)))

    async def forget(self, attempt_id: str) -> None:
        async with self._database.write() as session:
            await session.execute(delete(RosterPhotoRow).where(RosterPhotoRow.attempt_id == attempt_id))

    async def photos_of_attempts_over(self) -> Sequence[PhotoRecord]:
        async with self._database.read() as session:
            found = await session.scalars(
                select(RosterPhotoRow)
                .join(AttemptRow, AttemptRow.id == RosterPhotoRow.attempt_id)
                .where(AttemptRow.over_at.is_not(None))
                .order_by(RosterPhotoRow.attempt_id)
            )
            return [_record(row) for row in found]


def _record(row: RosterPhotoRow) -> PhotoRecord:
    return PhotoRecord(
        attempt_id=row.attempt_id,
        path=row.path,
        key_id=row.key_id,
        media_type=row.media_type,
        width=row.width,
        height=row.height,
        size=row.size,
        added_at=row.added_at,
    )
