"""Erases what was kept long enough: by itself every hour, by command, and for one candidate on demand."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from examhall.application.biometrics import BiometricRetention
from examhall.application.journal import LASTING, Entry
from examhall.application.photos import Photos
from examhall.application.ports.attempt_store import AttemptStore
from examhall.application.ports.clock import Clock
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.recording_store import RECORDED_IN
from examhall.application.ports.retention import ErasableAttempt, RetentionStore
from examhall.domain.attempt import OVER, AttemptState
from examhall.domain.chain import ChainHead
from examhall.domain.errors import ErrorKind, ExamhallError

_DAY_MS = 24 * 3_600_000
_NAMES = "names on the roster"
_RECORDS = "records of attempts"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """That one candidate's data are erased. erased: counts; head: of the chain, which says so too."""

    attempt_id: str
    erased_at: int
    erased: Mapping[str, int]
    head: ChainHead


@dataclass(frozen=True, slots=True)
class Retention:
    store: RetentionStore
    attempts: AttemptStore
    evidence: EvidenceStore
    photos: Photos
    biometrics: BiometricRetention
    clock: Clock
    audit_days: int = 400

    async def purge(self, *, dry_run: bool = False) -> Mapping[str, int]:
        """Erase what is due, return the counts. Run twice it does nothing more; what fails is tried the next time."""
        now = self.clock.now_ms()
        audit_before = now - self.audit_days * _DAY_MS
        counts = Counter[str](await self.store.drop_expired(now, audit_before=audit_before, dry_run=dry_run))
        if not dry_run:
            await self.biometrics.delete_due()
        for attempt in await self.store.erasable(now - _DAY_MS, LASTING):
            try:
                counts.update(await self._purge_attempt(attempt, now, dry_run=dry_run))
            except ExamhallError as error:
                counts["failed, tried again later"] += 1
                log.warning("purge_failed", attempt_id=attempt.attempt_id, code=error.code)
        if counts and not dry_run:
            log.info("purged", **{what.replace(" ", "_"): count for what, count in counts.items()})
        return dict(counts)

    async def _purge_attempt(self, attempt: ErasableAttempt, now: int, *, dry_run: bool) -> Mapping[str, int]:
        own = (await self.attempts.policy_revision(attempt.policy_revision_id)).policy.retention_days
        exams = (await self.attempts.policy_revision(attempt.exam_policy_revision_id)).policy.retention_days
        record = attempt.record_left and attempt.ends_at + own * _DAY_MS <= now
        name = attempt.name_left and attempt.exam_closes_at + exams * _DAY_MS <= now
        if dry_run:
            paths = await self.store.evidence_paths(attempt.attempt_id) if record else ()
            recorded = sum(RECORDED_IN in path for path in paths)
            told = {
                _RECORDS: int(record),
                _NAMES: int(name),
                "pictures and sounds": len(paths) - recorded,
                "recorded segments": recorded,
            }
            return {what: count for what, count in told.items() if count}
        return await self._erase(attempt.attempt_id, Entry.PURGED, {}, record=record, name=name)

    async def erase_candidate(self, attempt_id: str, *, by: str, reason: str) -> Receipt:
        """Erase all that is known of one candidate now. by: staff user id.

        Raises `attempt_not_found`, `attempt_running`, and what the evidence store raises: then nothing in the
        database has changed, and asking again goes on.
        """
        attempt = await self.attempts.attempt(attempt_id)
        if attempt.state not in OVER and attempt.state is not AttemptState.INVITED:
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "attempt_running",
                "The attempt is running; end it before its data are erased.",
            )
        photo = await self.photos.store.photo(attempt_id)
        if photo is not None:
            await self.photos.erase(photo)
        told = {"by": by, "reason": reason}
        erased = await self._erase(attempt_id, Entry.DATA_ERASED, told, record=True, name=True)
        erased = {**erased, **({"roster photos": 1} if photo is not None else {})}
        head = await self.attempts.log_head(attempt_id)
        return Receipt(attempt_id, self.clock.now_ms(), erased, head)

    async def _erase(
        self, attempt_id: str, entry: Entry, told: Mapping[str, object], *, record: bool, name: bool
    ) -> Mapping[str, int]:
        """The blobs first: a row without its blob is erased the next time, a blob without its row is lost."""
        counts = Counter[str]()
        if record:
            await self._delete_blobs(attempt_id)
        async with self.attempts.begin(attempt_id) as tx:
            if record:
                counts.update(await tx.erase_record(LASTING))
                counts["enrolled faces"] += await tx.erase_template()
            if name:
                counts[_NAMES] += await tx.erase_roster()
            erased = {what: count for what, count in counts.items() if count}
            if erased:
                await tx.log(entry, {**told, "counts": erased})
        return erased

    async def _delete_blobs(self, attempt_id: str) -> None:
        photo = await self.photos.store.photo(attempt_id)
        spared = photo.path if photo is not None else None
        for path in await self.evidence.paths(attempt_id):
            if path != spared:
                await self.evidence.delete(path)
        await self.evidence.drop_unfinished(attempt_id)
