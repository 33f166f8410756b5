"""Deletes enrolled faces and roster photos when their time is over."""

import structlog

from examhall.application.journal import Entry
from examhall.application.photos import Photos
from examhall.application.ports.attempt_store import AttemptRecord, AttemptStore
from examhall.application.ports.clock import Clock
from examhall.domain.errors import ExamhallError

_HOUR_MS = 3_600_000

log = structlog.get_logger(__name__)


class BiometricRetention:
    """`identity_retention_hours` of the attempt's policy, counted from the end of the attempt."""

    def __init__(self, store: AttemptStore, photos: Photos, clock: Clock) -> None:
        self._store = store
        self._photos = photos
        self._clock = clock

    async def delete_due(self) -> None:
        """Delete what is due now; what cannot be deleted is tried again the next time."""
        for attempt in await self._store.attempts_with_template_over():
            if await self._due(attempt):
                await self._delete_template(attempt.id)
        for photo in await self._photos.store.photos_of_attempts_over():
            if await self._due(await self._store.attempt(photo.attempt_id)):
                try:
                    await self._photos.erase(photo)
                except ExamhallError as error:
                    log.warning("photo_not_deleted", attempt_id=photo.attempt_id, code=error.code)

    async def _delete_template(self, attempt_id: str) -> None:
        async with self._store.begin(attempt_id) as tx:
            if await tx.erase_template():
                await tx.log(Entry.IDENTITY_TEMPLATE_DELETED, {})

    async def _due(self, attempt: AttemptRecord) -> bool:
        policy = await self._store.policy(attempt)
        kept_ms = policy.identity_retention_hours * _HOUR_MS
        return attempt.over_at is not None and attempt.over_at + kept_ms <= self._clock.now_ms()


def template_context(attempt_id: str) -> bytes:
    """What an enrolled face is sealed with besides the key, so that two cannot be swapped."""
    return f"identity_template/{attempt_id}".encode()
