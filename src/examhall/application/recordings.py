"""Takes the segments of a recording: each once, checked, sealed, and named in the attempt's chain."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from examhall.application.journal import Entry
from examhall.application.ports.attempt_store import AttemptRecord, AttemptStore
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.evidence import EvidenceStore, StoredBlob
from examhall.application.ports.live_metrics import RECORDING_BYTES, RECORDING_SEGMENTS
from examhall.application.ports.metrics import Metrics
from examhall.application.ports.recording_store import RECORDED_IN, RecordingStore, SegmentRecord
from examhall.application.ports.retention import ERASED_NAME
from examhall.domain import recording
from examhall.domain.attempt import OVER, AttemptState
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.policy import Policy
from examhall.domain.recording import SegmentKind, Span

AT_ONCE = 2  # uploads of one attempt at a time
BYTES_AT_ONCE = 256 * 1024 * 1024  # of all uploads together, by what they say they bring
_TAKEN_IN = frozenset({AttemptState.LIVE, AttemptState.PAUSED}) | OVER
_ENDINGS = {"video/webm": "webm", "audio/wav": "wav"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SegmentNumber:
    """Which segment it is, by the page that made it."""

    attempt_id: str
    instance_id: str
    kind: SegmentKind
    seq: int


@dataclass(frozen=True, slots=True)
class SegmentSaid:
    """What the page says of it. captured_at: when it begins, ms since the epoch; sha256: hex, of its bytes."""

    captured_at: int
    duration_ms: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Received:
    """The numbers that are kept of one page instance and kind, ascending."""

    instance_id: str
    kind: SegmentKind
    seqs: tuple[int, ...]


@dataclass(slots=True)
class Uploads:
    """What is being received now. Over a limit an upload is refused; the page tries again."""

    by_attempt: Counter[str] = field(default_factory=Counter)
    size: int = 0


@dataclass(frozen=True, slots=True)
class Recordings:
    """`entered` before the body is read, `take` with it."""

    store: RecordingStore
    attempts: AttemptStore
    evidence: EvidenceStore
    clock: Clock
    ids: Ids
    metrics: Metrics
    uploads: Uploads = field(default_factory=Uploads)

    @asynccontextmanager
    async def entered(self, number: SegmentNumber, size: int) -> AsyncIterator[None]:
        """Room for one upload of `size` bytes, while it lasts; refuses what need not be read.

        Raises `recording_not_expected`, `recording_limit`, `recording_busy`, `segment_too_large`, `busy`.
        """
        if size > recording.SEGMENT_BYTES:
            raise _too_large()
        if self.uploads.by_attempt[number.attempt_id] >= AT_ONCE:
            raise ExamhallError(
                ErrorKind.TOO_MANY,
                "recording_busy",
                f"At most {AT_ONCE} segments of an attempt are taken at a time; send the next one later.",
                retry_after_s=1,
            )
        if self.uploads.size + size > BYTES_AT_ONCE:
            raise ExamhallError(
                ErrorKind.UNAVAILABLE, "busy", "Exams come first; try again shortly.", retry_after_s=2
            )
        self.uploads.by_attempt[number.attempt_id] += 1
        self.uploads.size += size
        try:
            attempt = await self.attempts.attempt(number.attempt_id)
            policy = await self.attempts.policy(attempt)
            expected_span(attempt, policy, number.kind, self.clock.now_ms())
            yield
        finally:
            self.uploads.size -= size
            self.uploads.by_attempt[number.attempt_id] -= 1
            if not self.uploads.by_attempt[number.attempt_id]:
                del self.uploads.by_attempt[number.attempt_id]

    async def take(self, number: SegmentNumber, said: SegmentSaid, content: bytes) -> bool:
        """Keep it; False when it was there already. Returns only when it is kept and in the chain.

        Raises as `entered`, and `segment_hash_mismatch`, `segment_format_unknown`, `segment_differs`,
        `segment_invalid`, `storage_full`, `evidence_not_kept`: then nothing is kept.
        """
        if not await asyncio.to_thread(_is_hash_of, said.sha256, content):
            raise ExamhallError(
                ErrorKind.INVALID,
                "segment_hash_mismatch",
                "The segment is not the one of the hash; send it again.",
            )
        media_type = recording.sniff(number.kind, content)
        known = await self.store.numbered(number.attempt_id, number.instance_id, number.kind, number.seq)
        if known is not None:
            return _again(known, said)
        attempt = await self.attempts.attempt(number.attempt_id)
        policy = await self.attempts.policy(attempt)
        now = self.clock.now_ms()
        expected = expected_span(attempt, policy, number.kind, now)
        await self._within_limits(number, len(content), expected)
        # The name follows from number and bytes: a page that sends again after a crash writes the same blob.
        path = f"{number.attempt_id}{RECORDED_IN}{_name(number, said.sha256)}.{_ENDINGS[media_type]}"
        blob = await self.evidence.put(path, content)
        record = self._record(number, said, content, blob, media_type, expected, now)
        try:
            return await self._note(record, said)
        except ExamhallError as error:
            if error.code in {"segment_differs", "recording_not_expected"}:
                # Another one was noted under this number meanwhile, or the attempt's data were erased.
                await self.evidence.delete(blob.path)
            raise

    async def received(self, attempt_id: str) -> Sequence[Received]:
        """What the page need not send any more."""
        found: dict[tuple[str, SegmentKind], list[int]] = {}
        for one in await self.store.segments_of_attempt(attempt_id):
            found.setdefault((one.instance_id, one.kind), []).append(one.seq)
        return [Received(instance, kind, tuple(sorted(seqs))) for (instance, kind), seqs in found.items()]

    async def content(self, segment_id: str) -> tuple[SegmentRecord, bytes]:
        """One segment's row and bytes. Raises `segment_not_found`, `segment_erased`, those of the evidence store."""
        record = await self.store.segment(segment_id)
        if record.path is None:
            raise ExamhallError(
                ErrorKind.GONE,
                "segment_erased",
                "This piece of the recording was erased at the end of its time.",
            )
        return record, await self.evidence.get(record.path, record.key_id)

    async def _within_limits(self, number: SegmentNumber, size: int, expected: Span) -> None:
        held = await self.store.held(number.attempt_id, number.kind)
        live_ms = expected.to_ms - expected.from_ms
        if held.segments >= recording.segments_allowed(live_ms) or (
            held.size + size > recording.bytes_allowed(number.kind, live_ms)
        ):
            log.warning("recording_limit", attempt_id=number.attempt_id, kind=number.kind.value)
            raise ExamhallError(
                ErrorKind.TOO_MANY,
                "recording_limit",
                "The attempt has more of this recording than its time can hold.",
                retry_after_s=60,
            )

    def _record(
        self,
        number: SegmentNumber,
        said: SegmentSaid,
        content: bytes,
        blob: StoredBlob,
        media_type: str,
        expected: Span,
        now: int,
    ) -> SegmentRecord:
        sound = number.kind is SegmentKind.AUDIO
        duration = recording.wav_duration_ms(content) if sound else said.duration_ms
        place = recording.placed(said.captured_at, duration, expected)
        return SegmentRecord(
            id=self.ids.new_id(),
            attempt_id=number.attempt_id,
            instance_id=number.instance_id,
            kind=number.kind,
            seq=number.seq,
            captured_at=place.from_ms,
            duration_ms=duration,
            media_type=media_type,
            size=blob.size,
            sha256=blob.sha256,
            late=place.to_ms < now - recording.LATE_MS,
            received_at=now,
            key_id=blob.key_id,
            path=blob.path,
        )

    async def _note(self, record: SegmentRecord, said: SegmentSaid) -> bool:
        async with self.attempts.begin(record.attempt_id) as tx:
            if tx.attempt.candidate_name == ERASED_NAME:
                raise _not_expected("What was kept of this attempt has been erased.")
            known = await tx.take_segment(record)
            if known is not None:
                return _again(known, said)
            await tx.log(Entry.RECORDING_KEPT, _in_log(record))
        self.metrics.count(RECORDING_SEGMENTS, kind=record.kind.value, late="yes" if record.late else "no")
        self.metrics.count(RECORDING_BYTES, float(record.size), kind=record.kind.value)
        return True


def expected_span(attempt: AttemptRecord, policy: Policy, kind: SegmentKind, now_ms: int) -> Span:
    """From when the attempt became live until its end, or now. Raises `recording_not_expected`."""
    if not recording.is_expected(policy, kind):
        raise _not_expected("The exam's policy asks for no such recording.")
    if attempt.state not in _TAKEN_IN or attempt.live_at is None:
        raise _not_expected("Nothing is recorded before the exam begins.")
    if attempt.consented_at is None:
        raise _not_expected("Consent was withdrawn; nothing more is recorded.")
    if attempt.over_at is not None and now_ms > attempt.over_at + recording.LATE_UNTIL_MS:
        raise _not_expected("The attempt has been over for a day; its recording is closed.")
    return Span(attempt.live_at, max(attempt.live_at, attempt.over_at or now_ms))


def _too_large() -> ExamhallError:
    return ExamhallError(
        ErrorKind.TOO_LARGE,
        "segment_too_large",
        f"A segment may have at most {recording.SEGMENT_BYTES} bytes.",
    )


def _not_expected(why: str) -> ExamhallError:
    return ExamhallError(ErrorKind.CONFLICT, "recording_not_expected", why)


def _again(known: SegmentRecord, said: SegmentSaid) -> bool:
    if known.sha256 != said.sha256:
        raise ExamhallError(
            ErrorKind.CONFLICT,
            "segment_differs",
            "Another segment is kept under this number; nothing was changed.",
        )
    return False


def _is_hash_of(sha256: str, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == sha256


def _name(number: SegmentNumber, sha256: str) -> str:
    whole = "\n".join((number.instance_id, number.kind.value, str(number.seq), sha256))
    return hashlib.sha256(whole.encode()).hexdigest()[:40]


def _in_log(record: SegmentRecord) -> Mapping[str, object]:
    return {
        "segment_id": record.id,
        "kind": record.kind.value,
        "instance_id": record.instance_id,
        "seq": record.seq,
        "captured_at": record.captured_at,
        "duration_ms": record.duration_ms,
        "sha256": record.sha256,
        "size": record.size,
        "late": record.late,
    }
