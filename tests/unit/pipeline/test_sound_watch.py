"""Pieces on their way to the workers: their order, what is remembered between them, and what is given up."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from examhall.adapters.detectors.scripted import ScriptedPool
from examhall.adapters.metrics import PrometheusMetrics
from examhall.application.ports.vision import (
    AudioAnalysis,
    AudioJob,
    DropReason,
    EncodedFrame,
    FrameDropped,
)
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.frame_header import FrameCodec, FrameKind
from examhall.domain.observation import SpeechObserved
from examhall.pipeline.attempt_clock import AttemptClock
from examhall.pipeline.sound_watch import WAITING, SoundWatch
from support.attempts import NOON, HeldClock

CRASHES, UNREADABLE = b"\x01\x00" * 8_000, b"\x02\x00" * 8_000
PIECE = bytes(16_000)


class Listener(ScriptedPool):
    """Remembers how many pieces it heard since it last forgot; the gate holds it up."""

    def __init__(self) -> None:
        super().__init__({})
        self.memories: list[bytes] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def listen(self, job: AudioJob) -> AudioAnalysis:
        await self.gate.wait()
        self.memories.append(job.memory)
        if job.pcm == CRASHES:
            raise FrameDropped(DropReason.WORKER_CRASHED)
        if job.pcm == UNREADABLE:
            raise ExamhallError(ErrorKind.INVALID, "sound_unreadable", "no sound")
        return AudioAnalysis(0.5, 1.0, 0.9, -20.0, 0.0, 1.0, job.memory + b"x")


@dataclass
class Candidate:
    """The session, as the watch sees it; and the house around it."""

    vision: Listener
    metrics: PrometheusMetrics = field(default_factory=PrometheusMetrics)
    told: list[SpeechObserved] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    page = None
    record = None

    async def heard(self, seen: SpeechObserved) -> None:
        async with self.news:
            self.told.append(seen)
            self.news.notify_all()

    async def until_told(self, count: int) -> None:
        async with asyncio.timeout(10), self.news:
            await self.news.wait_for(lambda: len(self.told) >= count)


@asynccontextmanager
async def watching() -> AsyncIterator[tuple[SoundWatch, Candidate, HeldClock]]:
    clock = HeldClock()
    candidate = Candidate(Listener())
    watch = SoundWatch(candidate, AttemptClock(clock, 100.0), candidate)  # type: ignore[arg-type]
    running = asyncio.create_task(watch.run())
    try:
        yield watch, candidate, clock
    finally:
        running.cancel()


def put(watch: SoundWatch, clock: HeldClock, began_ms: int, pcm: bytes = PIECE) -> None:
    clock.pass_s(len(pcm) / 32_000)
    frame = EncodedFrame("a", FrameKind.AUDIO, FrameCodec.PCM16, 0, began_ms, began_ms, pcm)
    watch.put(frame, began_ms)


async def test_one_piece_after_another_is_remembered_and_timed() -> None:
    async with watching() as (watch, candidate, clock):
        for number in range(4):
            put(watch, clock, NOON + 500 * number)
        await candidate.until_told(4)
    assert candidate.vision.memories == [b"", b"x", b"xx", b"xxx"]
    times = [seen.at_s for seen in candidate.told]
    assert [round(b - a, 2) for a, b in itertools.pairwise(times)] == [0.5, 0.5, 0.5]


async def test_after_a_hole_or_a_jump_of_the_clock_nothing_is_remembered() -> None:
    async with watching() as (watch, candidate, clock):
        for began_ms in (NOON, NOON + 500, NOON + 3_000, NOON + 3_500, NOON - 90_000, NOON - 89_500):
            put(watch, clock, began_ms)
        await candidate.until_told(6)
    assert candidate.vision.memories == [b"", b"x", b"", b"x", b"", b"x"]


async def test_a_piece_that_failed_is_a_hole_and_the_next_is_heard() -> None:
    async with watching() as (watch, candidate, clock):
        for number, pcm in enumerate((PIECE, CRASHES, PIECE, UNREADABLE, PIECE, PIECE)):
            put(watch, clock, NOON + 500 * number, pcm)
        await candidate.until_told(4)
    assert candidate.vision.memories == [b"", b"x", b"", b"x", b"", b"x"]
    exposition = candidate.metrics.exposition().decode()
    assert 'examhall_sound_dropped_total{reason="worker_crashed"} 1.0' in exposition
    assert 'examhall_frames_refused_total{code="sound_unreadable"} 1.0' in exposition


async def test_more_than_eight_waiting_are_dropped_and_counted_and_leave_a_hole() -> None:
    async with watching() as (watch, candidate, clock):
        candidate.vision.gate.clear()
        put(watch, clock, NOON)
        await asyncio.sleep(0)  # the first is on its way to the workers
        for number in range(1, WAITING + 4):
            put(watch, clock, NOON + 500 * number)
        candidate.vision.gate.set()
        await candidate.until_told(WAITING + 1)
        put(watch, clock, NOON + 500 * (WAITING + 4))
        await candidate.until_told(WAITING + 2)
    assert candidate.vision.memories[-2:] == [b"x" * WAITING, b""]
    assert 'examhall_sound_dropped_total{reason="lane_full"} 3.0' in candidate.metrics.exposition().decode()
