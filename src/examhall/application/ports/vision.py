"""The port to the vision workers: an encoded frame in, facts about it out."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from examhall.domain.frame_header import FrameCodec, FrameKind
from examhall.domain.observation import FaceBox, Scan
from examhall.domain.policy import ScanPlan

# The tutorial's endpoint shares the workers behind the exams' frames.
DETECT_FACES_LANE = "detect_faces"


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """The bytes of one picture as they came in. Times are ms since the epoch (UTC)."""

    attempt_id: str
    kind: FrameKind
    codec: FrameCodec
    sequence: int
    captured_at_ms: int
    received_at_ms: int
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FrameJob:
    """What to do with one frame. `scan` None means: no face search (screen, paused)."""

    lane: str  # attempts share workers round robin by lane; the tutorial's endpoint has its own
    payload: bytes = field(repr=False)
    scan: Scan | None
    plan: ScanPlan
    thumbnail: bool = True


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """See `examhall.domain.observation.CameraObserved` for the units."""

    luma_mean: float
    luma_sd: float
    sharpness: float
    fingerprint: int
    exact_hash: int


@dataclass(frozen=True, slots=True)
class FaceFacts:
    scan: Scan
    faces: tuple[FaceBox, ...]  # best score first, already over the plan's score for that scan


@dataclass(frozen=True, slots=True)
class StageTimings:
    """Milliseconds of worker time by stage; the queue is the mailbox wait before it."""

    queue_ms: float
    decode_ms: float
    faces_ms: float
    quality_ms: float
    thumbnail_ms: float
    total_ms: float


@dataclass(frozen=True, slots=True)
class FrameAnalysis:
    """What a worker saw in one frame. `width`, `height` after EXIF rotation, pixels.

    thumbnail: JPEG of at most 6,000 bytes, or None when not asked for.
    """

    width: int
    height: int
    faces: FaceFacts | None
    camera: CameraFacts
    thumbnail: bytes | None = field(repr=False)
    timings: StageTimings


class DropReason(StrEnum):
    SUPERSEDED = "superseded"  # a newer frame of the same lane took its place
    WORKER_CRASHED = "worker_crashed"
    WORKER_HUNG = "worker_hung"
    LANE_PAUSED = "lane_paused"  # three kills a minute by one lane: 60 s of rest
    LANE_FULL = "lane_full"
    STOPPING = "stopping"


class FrameDropped(Exception):
    """The frame was not looked at. Never retried; the caller goes on with the next one."""

    def __init__(self, reason: DropReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PoolHealth:
    """A look at the pool for metrics, sampling and the proctor."""

    workers: int
    ready: int
    restarts: int
    busy_ratio: float  # of the last 5 s, 0..1
    waiting: int
    oldest_wait_ms: float


class VisionPool(Protocol):
    """One frame in work and one waiting per lane; the newest wins; lanes take turns."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def analyze(self, job: FrameJob) -> FrameAnalysis:
        """Look at one frame.

        Raises `FrameDropped` when it was not looked at, `ExamhallError` with code
        `not_a_picture`, `truncated_picture`, `picture_too_large` or `unsupported_picture` when
        the bytes are at fault.
        """
        ...

    def health(self) -> PoolHealth: ...
