"""The pictures and the sound around an incident: before out of a ring, after as they come."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import structlog

from examhall.application.ports.attempt_store import EvidenceRecord
from examhall.application.ports.clock import Ids
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.live_metrics import EVIDENCE_GAPS, EVIDENCE_KEPT, LIVE_TASKS_RESTARTED
from examhall.application.ports.metrics import Metrics
from examhall.application.ports.vision import EncodedFrame
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.frame_header import FrameCodec, FrameKind
from examhall.domain.policy import Policy
from examhall.pipeline.attempt_clock import AttemptClock
from examhall.pipeline.evidence_left import NONE_AFTER, LeftWindow
from examhall.pipeline.incident_book import OpenedIncident
from examhall.pipeline.sound_evidence import LeftSound, SoundClip, SoundEvidence, SoundGap

RING_FRAMES = 12
RING_BYTES = 1_000_000
_QUEUE = 128
_QUEUE_BYTES = 8_000_000
_BATCH = 16
_UNWRITTEN = 256
AWAY_MS = 120_000  # for so long a store that does not answer is waited for

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
class _Piece:
    """A picture or a stretch of sound that is to be kept. ending: of its file's name; note: when it is not whole."""

    incident_id: str
    kind: Literal["camera", "screen", "audio"]
    captured_at_ms: int
    media_type: str
    ending: str
    content: bytes = field(repr=False)
    note: str = ""

    @property
    def words(self) -> str:
        return "Sound" if self.kind == "audio" else "A picture"


@dataclass(frozen=True, slots=True)
class _Gap:
    incident_id: str
    at_ms: int
    note: str


class _StoreAway(Exception):
    """The store does not answer; what is to be kept waits."""


class EvidenceKeeper:
    """One for each attempt. Queue: 128 pieces, 8 MB; what does not fit becomes a gap, counted and shown.

    A store that does not answer is tried again every second, up to two minutes; then gaps are noted.

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
        self._left: list[LeftWindow] = []  # by the attempt's former owner
        self._sounds = SoundEvidence()
        self._pieces: deque[_Piece] = deque()
        self._bytes = 0  # of the pieces
        self._away_since_ms: int | None = None  # the store
        self._gaps: deque[_Gap] = deque(maxlen=256)
        self._unwritten: list[EvidenceRecord] = []  # kept, and the database does not know it yet
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def received(self, frame: EncodedFrame) -> None:
        if frame.kind is FrameKind.AUDIO:
            self._sounds.received(frame)
            return
        self._ring.add(frame)
        for window in self._windows:
            if frame.received_at_ms <= window.until_ms:
                window.got_any = True
                self._keep(_picture(window.incident_id, frame))
        for left in self._left:
            if left.takes(frame.captured_at_ms):
                self._keep(_picture(left.incident_id, frame))

    def resume(self, left: Sequence[LeftWindow], sounds: Sequence[LeftSound]) -> None:
        """Go on with what the attempt's former owner began."""
        self._left.extend(left)
        self._sounds.resume(sounds)

    def opened(self, incident: OpenedIncident, policy: Policy) -> None:
        pictures = self._ring.since(incident.began_at - round(policy.evidence_before_s * 1000))
        for frame in pictures:
            self._keep(_picture(incident.incident_id, frame))
        if not pictures:
            self._miss(incident.incident_id, incident.opened_at, "No picture came before it.", "none_before")
        now_ms = self._clock.now_ms()
        until = now_ms + round(policy.evidence_after_s * 1000)
        self._windows.append(_Window(incident.incident_id, until))
        self._sounds.opened(incident, policy, now_ms)

    def tick(self) -> None:
        """End the windows that are over, and try once more what could not be written."""
        now_ms = self._clock.now_ms()
        for window in [w for w in self._windows if w.until_ms < now_ms]:
            self._windows.remove(window)
            if not window.got_any:
                self._miss(window.incident_id, window.until_ms, NONE_AFTER, "none_after")
        self._end_left(lambda left: left.is_over(now_ms))
        self._keep_sound(self._sounds.ended(now_ms))
        if self._gaps or self._pieces or self._unwritten:
            self._wake()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            try:
                await self._write_all()
            except _StoreAway:
                pass  # the next tick tries again
            except ExamhallError as error:
                self._metrics.count(LIVE_TASKS_RESTARTED, task="evidence")
                log.warning("evidence_rows_not_written", code=error.code)
            if not self._pieces:
                self._idle.set()

    @property
    def waiting(self) -> int:
        """Pictures and sounds that are not yet kept."""
        return len(self._pieces)

    @property
    def at_rest(self) -> bool:
        """Nothing waits, and no incident asks for more."""
        waits = self._pieces or self._gaps or self._unwritten or not self._idle.is_set()
        return not (self._windows or self._left or waits) and self._sounds.at_rest

    async def drained(self) -> None:
        """Until everything that was asked for is kept or is a gap; no more sound is waited for."""
        self._keep_sound(self._sounds.ended(self._clock.now_ms(), all_of_them=True))
        await self._idle.wait()

    async def write_off(self) -> None:
        """What still waits becomes gaps, now: nobody here can keep it any more. After `run` was cancelled.

        Windows that last are the next owner's to go on with.
        """
        now_ms = self._clock.now_ms()
        self._end_left(lambda left: left.until < now_ms)
        while self._pieces:
            self._give_up(self._taken(), "the store did not answer", "store_away")
        try:
            await self._write_all()
        except ExamhallError as error:
            log.warning("evidence_rows_not_written", code=error.code)

    def _keep(self, piece: _Piece) -> None:
        full = len(self._pieces) >= _QUEUE or self._bytes + len(piece.content) > _QUEUE_BYTES
        if full and self._pieces:
            note = f"{piece.words} came too fast to be kept."
            self._miss(piece.incident_id, piece.captured_at_ms, note, "queue_full")
            return
        self._pieces.append(piece)
        self._bytes += len(piece.content)
        self._wake()

    def _taken(self) -> _Piece:
        piece = self._pieces.popleft()
        self._bytes -= len(piece.content)
        return piece

    def _keep_sound(self, told: Sequence[SoundClip | SoundGap]) -> None:
        for one in told:
            if isinstance(one, SoundGap):
                self._miss(one.incident_id, one.at_ms, one.note, one.reason)
            else:
                piece = _Piece(one.incident_id, "audio", one.began_ms, "audio/wav", ".wav", one.wav, one.note)
                self._keep(piece)

    def _miss(self, incident_id: str, at_ms: int, note: str, reason: str) -> None:
        self._metrics.count(EVIDENCE_GAPS, reason=reason)
        self._gaps.append(_Gap(incident_id, at_ms, note))
        self._wake()

    def _end_left(self, over: Callable[[LeftWindow], bool]) -> None:
        for left in [one for one in self._left if over(one)]:
            self._left.remove(left)
            for missing in left.missing():
                self._miss(missing.incident_id, missing.at_ms, missing.note, "server_away")

    def _wake(self) -> None:
        self._idle.clear()
        self._work.set()

    async def _write_all(self) -> None:
        while self._pieces or self._gaps or self._unwritten:
            away = await self._store_some()
            records, self._unwritten = self._unwritten, []
            gaps = list(self._gaps)
            self._gaps.clear()
            try:
                await self._write([*records, *(self._gap_record(gap) for gap in gaps)])
            except asyncio.CancelledError:  # put away before its turn came: `write_off` writes it
                self._unwritten = records
                self._gaps.extend(gaps)
                raise
            except ExamhallError as error:
                self._not_written(records, gaps, error)
                raise
            if away:
                raise _StoreAway

    async def _store_some(self) -> bool:
        """Keep some of the pieces that wait; whether the store is away. Each is noted as soon as it is kept, so
        that its row is written whatever ends this."""
        for _ in range(_BATCH):
            if not self._pieces:
                break
            try:
                record = await self._stored(self._pieces[0])
            except _StoreAway:
                return True
            self._taken()
            if record is not None:
                self._unwritten.append(record)
        return False

    def _not_written(self, records: list[EvidenceRecord], gaps: list[_Gap], error: ExamhallError) -> None:
        """The next tick tries again; of what is too much to be held, a gap is written then."""
        self._gaps.extend(gaps)
        held = records
        if error.passes:
            self._unwritten = held[:_UNWRITTEN]
            held = held[_UNWRITTEN:]
        for record in held:
            self._metrics.count(EVIDENCE_GAPS, reason=error.code)
            what = "Sound" if record.kind == "audio" else "A picture"
            note = f"{what} could not be kept."
            self._gaps.append(_Gap(record.incident_id, record.captured_at, note))

    async def _stored(self, piece: _Piece) -> EvidenceRecord | None:
        evidence_id = self._ids.new_id()
        path = f"{self._attempt_id}/{evidence_id}{piece.ending}"
        try:
            blob = await self._store.put(path, piece.content)
        except ExamhallError as error:
            if error.kind is ErrorKind.UNAVAILABLE and self._may_come_back(error.code):
                raise _StoreAway from error
            why = "the disk is full" if error.code == "storage_full" else ""
            self._give_up(piece, why, error.code)
            log.warning("evidence_not_kept", code=error.code, attempt_id=self._attempt_id)
            return None
        self._away_since_ms = None
        self._metrics.count(EVIDENCE_KEPT)
        return EvidenceRecord(
            id=evidence_id,
            incident_id=piece.incident_id,
            attempt_id=self._attempt_id,
            kind=piece.kind,
            captured_at=piece.captured_at_ms,
            media_type=piece.media_type,
            size=blob.size,
            sha256=blob.sha256,
            key_id=blob.key_id,
            path=blob.path,
            note=piece.note,
        )

    def _may_come_back(self, code: str) -> bool:
        now_ms = self._clock.now_ms()
        if self._away_since_ms is None:
            self._away_since_ms = now_ms
            log.warning("evidence_store_away", code=code, attempt_id=self._attempt_id)
        return now_ms - self._away_since_ms < AWAY_MS

    def _give_up(self, piece: _Piece, why: str, reason: str) -> None:
        note = f"{piece.words} could not be kept{f': {why}' if why else ''}."
        self._metrics.count(EVIDENCE_GAPS, reason=reason)
        self._gaps.append(_Gap(piece.incident_id, piece.captured_at_ms, note))

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


def _picture(incident_id: str, frame: EncodedFrame) -> _Piece:
    webp = frame.codec is FrameCodec.WEBP
    return _Piece(
        incident_id,
        "screen" if frame.kind is FrameKind.SCREEN else "camera",
        frame.captured_at_ms,
        "image/webp" if webp else "image/jpeg",
        ".webp" if webp else ".jpg",
        frame.payload,
    )


def evidence_lines(records: Sequence[EvidenceRecord]) -> list[tuple[str, dict[str, object]]]:
    """The lines for the chained log: one for what was kept, one for what is missing."""
    kept = [record for record in records if record.kind not in ("audio", "gap")]
    sounds = [record for record in records if record.kind == "audio"]
    gaps = [record for record in records if record.kind == "gap"]
    lines: list[tuple[str, dict[str, object]]] = []
    if kept:
        lines.append(("evidence_kept", {"count": len(kept), "pictures": [_in_log(r) for r in kept]}))
    if sounds:
        lines.append(("sound_kept", {"count": len(sounds), "sounds": [_in_log(r) for r in sounds]}))
    if gaps:
        missing = [{"evidence_id": r.id, "incident_id": r.incident_id, "note": r.note} for r in gaps]
        lines.append(("evidence_gap", {"count": len(gaps), "missing": missing, "note": gaps[0].note}))
    return lines


def _in_log(record: EvidenceRecord) -> dict[str, object]:
    return {
        "evidence_id": record.id,
        "incident_id": record.incident_id,
        "captured_at": record.captured_at,
        "sha256": record.sha256,
    }
