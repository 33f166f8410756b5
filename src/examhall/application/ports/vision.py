"""The port to the vision workers: an encoded frame in, facts about it out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from examhall.domain.frame_header import FrameCodec, FrameKind
from examhall.domain.observation import Doubt, FaceBox, ObjectLabel, Scan, SeenObject
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


class Look(StrEnum):
    """What a worker does with a frame besides counting faces. All but OBJECTS need a face search."""

    HEAD = "head"  # pose, gaze, mouth and eyes of the largest face
    ALL_HEADS = "all_heads"  # of every face
    IDENTITY = "identity"  # the embedding of the largest face
    ALL_IDENTITIES = "all_identities"
    OBJECTS = "objects"  # phone, book, laptop, persons


@dataclass(frozen=True, slots=True)
class FrameJob:
    """What to do with one frame. `scan` None means: no face search (screen, paused).

    newer: asked when a worker takes the job; what it gives is looked at in its place, so that a long wait for a
    worker never makes what is seen old.
    """

    lane: str  # attempts share workers round robin by lane; the tutorial's endpoint has its own
    payload: bytes = field(repr=False)
    scan: Scan | None
    plan: ScanPlan
    thumbnail: bool = True
    looks: frozenset[Look] = frozenset()
    newer: "Callable[[], FrameJob | None] | None" = field(default=None, repr=False, compare=False)

    @property
    def asks_for_something(self) -> bool:
        return self.scan is not None or self.thumbnail


@dataclass(frozen=True, slots=True)
class AudioJob:
    """A piece of sound: 16 kHz mono signed 16 bit little endian. `memory` is what the last piece's answer
    gave back (empty for the first): workers keep nothing themselves."""

    lane: str
    pcm: bytes = field(repr=False)
    memory: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class AudioAnalysis:
    """See `examhall.domain.observation.SpeechObserved` for the units."""

    duration_s: float
    speech_share: float
    probability: float
    level_dbfs: float
    clipped_share: float
    total_ms: float
    memory: bytes = field(repr=False)


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
class HeadFacts:
    """One face; `face` is its index in `FaceFacts.faces`. See `HeadObserved` for units and signs."""

    face: int
    yaw_deg: float | None
    pitch_deg: float | None
    roll_deg: float | None
    gaze_horizontal: float | None
    gaze_vertical: float | None
    mouth_open: float | None
    eyes_open: float | None
    mesh_score: float  # 0..1, the mesh's own word whether this is a face
    sharpness: float  # of the face, as in CameraFacts
    doubt: Doubt | None
    gaze_doubt: Doubt | None


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """embedding: 128 numbers, never logged, never sent to a page; None when `doubt` says why not."""

    face: int
    embedding: tuple[float, ...] | None = field(repr=False)
    doubt: Doubt | None


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    looked_for: tuple[ObjectLabel, ...]
    objects: tuple[SeenObject, ...]  # best score first, from 0.1 on


@dataclass(frozen=True, slots=True)
class StageTimings:
    """Milliseconds of worker time by stage; the queue is the mailbox wait before it."""

    queue_ms: float
    decode_ms: float
    faces_ms: float
    quality_ms: float
    thumbnail_ms: float
    total_ms: float
    head_ms: float = 0.0
    identity_ms: float = 0.0
    objects_ms: float = 0.0


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
    heads: tuple[HeadFacts, ...] = ()
    identities: tuple[IdentityFacts, ...] = ()
    objects: ObjectFacts | None = None


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
    hangs: int = 0  # of the restarts
    resting: int = 0  # lanes


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

    async def listen(self, job: AudioJob) -> AudioAnalysis:
        """Listen to one piece of sound; pieces of a lane are heard in their order, none is superseded.

        Raises `FrameDropped` when it was not heard, `ExamhallError` `sound_unreadable` when the bytes are
        at fault (not a whole number of samples, or longer than 2 s).
        """
        ...

    def health(self) -> PoolHealth: ...
