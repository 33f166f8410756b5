"""From a received piece of sound to what the rules see: in order, none superseded, gaps forgotten."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from examhall.application.ports.attempt_store import AttemptRecord
from examhall.application.ports.live import FrameRefusedNotice, PageLink
from examhall.application.ports.live_metrics import FRAMES_REFUSED, SOUND_DROPPED, SOUND_WORK
from examhall.application.ports.metrics import Metrics
from examhall.application.ports.vision import AudioJob, DropReason, EncodedFrame, FrameDropped, VisionPool
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.observation import SpeechObserved
from examhall.pipeline.attempt_clock import AttemptClock

SAMPLE_RATE_HZ = 16_000
WAITING = 8
# How much sound may come at once after the network stood still; the rest comes as fast as time goes.
PACE_BURST_S = 12.0
# A sound card's clock may be off by so much; a page that sends at 44.1 kHz is far beyond.
_PACE_DRIFT = 1.02
# Less than this between two pieces is jitter of the page's clock, not silence that was left out.
GAP_MS = 250
_TRUST_S = 10.0
_DRIFT_S = 0.0005


def duration_s(pcm: bytes) -> float:
    """Of 16 kHz mono 16 bit samples."""
    return len(pcm) / 2 / SAMPLE_RATE_HZ


class Around(Protocol):
    """The house, as far as sound needs it."""

    @property
    def vision(self) -> VisionPool: ...
    @property
    def metrics(self) -> Metrics: ...


class Heard(Protocol):
    """The session, as far as sound is concerned."""

    @property
    def record(self) -> AttemptRecord: ...
    @property
    def page(self) -> PageLink | None: ...

    async def heard(self, seen: SpeechObserved) -> None: ...


@dataclass(frozen=True, slots=True)
class _Piece:
    """began_ms: by the page's clock, only compared with its neighbours. at_s: its end, attempt's clock."""

    frame: EncodedFrame
    began_ms: int
    at_s: float


class SoundPace:
    """Refuses more sound than time: seconds of sound in a bucket that fills as time goes."""

    def __init__(self) -> None:
        self._left_s = PACE_BURST_S
        self._at_s: float | None = None

    def take(self, sound_s: float, now_s: float) -> None:
        """Raises `ExamhallError` `sound_too_fast`; nothing is taken then."""
        passed_s = 0.0 if self._at_s is None else max(0.0, now_s - self._at_s)
        self._at_s = now_s
        self._left_s = min(PACE_BURST_S, self._left_s + passed_s * _PACE_DRIFT)
        if sound_s > self._left_s:
            raise ExamhallError(
                ErrorKind.TOO_MANY,
                "sound_too_fast",
                "More seconds of sound came than have passed; send 16 kHz, one channel, as it is recorded.",
                retry_after_s=1.0,
            )
        self._left_s -= sound_s


class PageTime:
    """Moments of the page's clock on the attempt's clock.

    The quickest piece of late says how far apart the two are, so that a network that stands still and then
    delivers at once does not squeeze what was said. A page's clock that jumps begins anew.
    """

    def __init__(self) -> None:
        self._apart_s: float | None = None
        self._last_s = 0.0

    def at_s(self, page_ms: float, now_s: float) -> float:
        """Never after `now_s`, more than 10 s before it, or before an earlier answer."""
        apart_s = now_s - page_ms / 1000
        if self._apart_s is None or not 0.0 <= apart_s - self._apart_s <= _TRUST_S:
            self._apart_s = apart_s
        else:
            # The clocks drift: what was quickest an hour ago is no measure for ever.
            self._apart_s += _DRIFT_S
        self._last_s = min(now_s, max(self._last_s, page_ms / 1000 + self._apart_s))
        return self._last_s


class SoundWatch:
    """One for each attempt. Up to 8 pieces wait; what comes then is dropped and counted."""

    def __init__(self, world: Around, clock: AttemptClock, session: Heard) -> None:
        self._world = world
        self._clock = clock
        self._session = session
        self._pace = SoundPace()
        self._time = PageTime()
        self._waiting: deque[_Piece] = deque()
        self._arrived = asyncio.Event()
        self._memory = b""
        self._expected_ms: float | None = None
        self._in_work = False

    @property
    def holds_some(self) -> bool:
        """Whether sound that came waits or is being listened to."""
        return self._in_work or bool(self._waiting)

    def put(self, frame: EncodedFrame, began_ms: int) -> None:
        """began_ms: when the piece began, as the page said. Raises `ExamhallError` `sound_too_fast`."""
        now_s = self._clock.now_s()
        length_s = duration_s(frame.payload)
        self._pace.take(length_s, now_s)
        at_s = self._time.at_s(began_ms + length_s * 1000, now_s)
        if len(self._waiting) >= WAITING:
            self._world.metrics.count(SOUND_DROPPED, reason=DropReason.LANE_FULL.value)
            return
        self._waiting.append(_Piece(frame, began_ms, at_s))
        self._arrived.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._arrived.wait()
            while self._waiting:
                self._in_work = True
                try:
                    await self._hear(self._waiting.popleft())
                finally:
                    self._in_work = False
            self._arrived.clear()

    async def _hear(self, piece: _Piece) -> None:
        session, metrics = self._session, self._world.metrics
        if not self._follows(piece):
            self._memory = b""
        job = AudioJob(f"{piece.frame.attempt_id}/sound", piece.frame.payload, self._memory)
        self._memory = b""  # what fails leaves a hole
        try:
            analysis = await self._world.vision.listen(job)
        except FrameDropped as drop:
            metrics.count(SOUND_DROPPED, reason=drop.reason.value)
            return
        except ExamhallError as error:
            metrics.count(FRAMES_REFUSED, code=error.code)
            if session.page is not None:
                session.page.tell(FrameRefusedNotice(piece.frame.sequence, error.code, error.message))
            return
        self._memory = analysis.memory
        metrics.observe(SOUND_WORK, analysis.total_ms)
        await session.heard(
            SpeechObserved(
                at_s=piece.at_s,
                duration_s=analysis.duration_s,
                speech_share=analysis.speech_share,
                probability=analysis.probability,
                level_dbfs=analysis.level_dbfs,
                clipped_share=analysis.clipped_share,
            )
        )

    def _follows(self, piece: _Piece) -> bool:
        """Whether it goes on where the last one ended: silence is not sent, clocks jump, pieces get lost."""
        expected_ms = self._expected_ms
        self._expected_ms = piece.began_ms + duration_s(piece.frame.payload) * 1000
        return expected_ms is not None and abs(piece.began_ms - expected_ms) <= GAP_MS
