"""The pictures around an incident: those before out of a ring, those after as they come."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from examhall.application.ports.attempt_store import EvidenceRecord
from examhall.application.ports.clock import Ids
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.live_metrics import EVIDENCE_GAPS, EVIDENCE_KEPT, LIVE_TASKS_RESTARTED
from examhall.application.ports.metrics import Metrics
from examhall.application.ports.vision import EncodedFrame
from examhall.domain.errors import ExamhallError
from examhall.domain.frame_header import FrameCodec, FrameKind
from examhall.domain.policy import Policy
from examhall.pipeline.attempt_clock import AttemptClock
from examhall.pipeline.incident_book import OpenedIncident

RING_FRAMES = 12
RING_BYTES = 1_000_000
_QUEUE = 64
_BATCH = 16

log = structlog.get_logger(__name__)

Write = Callable[[Sequence[EvidenceRecord]], Awaitable[None]]


class Ring:
    """The last 12 received frames of an attempt, at most 1 MB; the oldest give way, never the newest."""

    def __init__(self) -> None:
        self._frames: deque[EncodedFrame] = deque()
        self._bytes = 0

    def add(self, frame: EncodedFrame) -> None:
        self._frames.append(frame)
        self._bytes += len(frame.payload)
        while len(self._frames) > RING_FRAMES or (self._bytes > RING_BYTES and len(self._frames) > 1):
            self._bytes -= len(self._frames.popleft().payload)

    def since(self, received_at_ms: int) -> list[EncodedFrame]:
        return [frame for frame in self._frames if frame.received_at_ms >= received_at_ms]


@dataclass(slots=True)
class _Window:
    """Pictures of this incident are kept until then."""

    incident_id: str
    until_ms: int
    got_any: bool = False


@dataclass(frozen=True, slots=True)
class _Picture:
    incident_id: str
    frame: EncodedFrame


@dataclass(frozen=True, slots=True)
class _Gap:
    incident_id: str
    at_ms: int
    note: str


class EvidenceKeeper:
    """One for each attempt. Queue: 64 pictures; what does not fit becomes a gap, counted and shown.

    `write` stores the records in one transaction, in the session's turn.
    """

    def __init__(
        self,
        attempt_id: str,
        clock: AttemptClock,
        ids: Ids,
        store: EvidenceStore,
        metrics: Metrics,
        write: Write,
    ) -> None:
        self._attempt_id = attempt_id
        self._clock = clock
        self._ids = ids
        self._store = store
        self._metrics = metrics
        self._write = write
        self._ring = Ring()
        self._windows: list[_Window] = []
        self._pictures: deque[_Picture] = deque()
        self._gaps: deque[_Gap] = deque(maxlen=256)
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def received(self, frame: EncodedFrame) -> None:
        self._ring.add(frame)
        for window in self._windows:
            if frame.received_at_ms <= window.until_ms:
                window.got_any = True
                self._keep(window.incident_id, frame)

    def opened(self, incident: OpenedIncident, policy: Policy) -> None:
        pictures = self._ring.since(incident.began_at - round(policy.evidence_before_s * 1000))
        for frame in pictures:
            self._keep(incident.incident_id, frame)
        if not pictures:
            self._miss(incident.incident_id, incident.opened_at, "No picture came before it.", "none_before")
        until = self._clock.now_ms() + round(policy.evidence_after_s * 1000)
        self._windows.append(_Window(incident.incident_id, until))

    def tick(self) -> None:
        """End the windows that are over, and try once more what could not be written."""
        now_ms = self._clock.now_ms()
        for window in [w for w in self._windows if w.until_ms < now_ms]:
            self._windows.remove(window)
            if not window.got_any:
                self._miss(window.incident_id, window.until_ms, "No picture came after it.", "none_after")
        if self._gaps:
            self._wake()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            try:
                await self._write_all()
            except ExamhallError as error:
                self._metrics.count(LIVE_TASKS_RESTARTED, task="evidence")
                log.warning("evidence_rows_not_written", code=error.code)
            if not self._pictures:
                self._idle.set()

    @property
    def at_rest(self) -> bool:
        """Nothing waits, and no incident asks for more pictures."""
        return not self._windows and not self._pictures and not self._gaps

    async def drained(self) -> None:
        """Until every picture that was asked for is kept or is a gap."""
        await self._idle.wait()

    def _keep(self, incident_id: str, frame: EncodedFrame) -> None:
        if len(self._pictures) >= _QUEUE:
            self._miss(incident_id, frame.captured_at_ms, "A picture came too fast to be kept.", "queue_full")
            return
        self._pictures.append(_Picture(incident_id, frame))
        self._wake()

    def _miss(self, incident_id: str, at_ms: int, note: str, reason: str) -> None:
        self._metrics.count(EVIDENCE_GAPS, reason=reason)
        self._gaps.append(_Gap(incident_id, at_ms, note))
        self._wake()

    def _wake(self) -> None:
        self._idle.clear()
        self._work.set()

    async def _write_all(self) -> None:
        while self._pictures or self._gaps:
            records: list[EvidenceRecord] = []
            while self._pictures and len(records) < _BATCH:
                picture = self._pictures.popleft()
                record = await self._stored(picture)
                if record is not None:
                    records.append(record)
            gaps = list(self._gaps)
            records.extend(self._gap_record(gap) for gap in gaps)
            self._gaps.clear()
            try:
                await self._write(records)
            except ExamhallError as error:
                self._not_written(records, gaps, error)
                raise

    def _not_written(self, records: list[EvidenceRecord], gaps: list[_Gap], error: ExamhallError) -> None:
        """What was not written is owed as a gap; the next tick tries again."""
        self._gaps.extend(gaps)
        for record in records:
            if record.path is not None:
                self._metrics.count(EVIDENCE_GAPS, reason=error.code)
                self._gaps.append(
                    _Gap(record.incident_id, record.captured_at, "A picture could not be kept.")
                )

    async def _stored(self, picture: _Picture) -> EvidenceRecord | None:
        frame, evidence_id = picture.frame, self._ids.new_id()
        media_type, ending = _media(frame.codec)
        path = f"{frame.attempt_id}/{evidence_id}{ending}"
        try:
            blob = await self._store.put(path, frame.payload)
        except ExamhallError as error:
            full = error.code == "storage_full"
            note = "A picture could not be kept" + (": the disk is full." if full else ".")
            self._metrics.count(EVIDENCE_GAPS, reason=error.code)
            self._gaps.append(_Gap(picture.incident_id, frame.captured_at_ms, note))
            log.warning("evidence_not_kept", code=error.code, attempt_id=frame.attempt_id)
            return None
        self._metrics.count(EVIDENCE_KEPT)
        return EvidenceRecord(
            id=evidence_id,
            incident_id=picture.incident_id,
            attempt_id=frame.attempt_id,
            kind="screen" if frame.kind is FrameKind.SCREEN else "camera",
            captured_at=frame.captured_at_ms,
            media_type=media_type,
            size=blob.size,
            sha256=blob.sha256,
            key_id=blob.key_id,
            path=blob.path,
            note="",
        )

    def _gap_record(self, gap: _Gap) -> EvidenceRecord:
        return EvidenceRecord(
            id=self._ids.new_id(),
            incident_id=gap.incident_id,
            attempt_id=self._attempt_id,
            kind="gap",
            captured_at=gap.at_ms,
            media_type="",
            size=0,
            sha256="",
            key_id="",
            path=None,
            note=gap.note,
        )


def _media(codec: FrameCodec) -> tuple[str, str]:
    return ("image/webp", ".webp") if codec is FrameCodec.WEBP else ("image/jpeg", ".jpg")


def evidence_lines(records: Sequence[EvidenceRecord]) -> list[tuple[str, dict[str, object]]]:
    """The lines for the chained log: one for what was kept, one for what is missing."""
    kept = [record for record in records if record.kind != "gap"]
    gaps = [record for record in records if record.kind == "gap"]
    lines: list[tuple[str, dict[str, object]]] = []
    if kept:
        pictures = [
            {
                "evidence_id": r.id,
                "incident_id": r.incident_id,
                "captured_at": r.captured_at,
                "sha256": r.sha256,
            }
            for r in kept
        ]
        lines.append(("evidence_kept", {"count": len(kept), "pictures": pictures}))
    if gaps:
        missing = [{"evidence_id": r.id, "incident_id": r.incident_id, "note": r.note} for r in gaps]
        lines.append(("evidence_gap", {"count": len(gaps), "missing": missing, "note": gaps[0].note}))
    return lines
