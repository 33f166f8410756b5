"""Files a person names on the command line, through the same analyzer as a worker's."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from examhall.adapters.detectors.analyzer import FrameAnalyzer
from examhall.adapters.detectors.files import read_video_frames
from examhall.application.ports.vision import FrameAnalysis, FrameJob, HeadFacts, Look
from examhall.application.seeing import Embedding, distance_to, head_observed
from examhall.bootstrap.video_watch import calibration_from
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.observation import Calibration, Scan
from examhall.domain.policy import ScanPlan
from examhall.domain.rules.attention import TYPICAL_CALIBRATION, GazeDirection, direction_of
from examhall.vision.headers import HEADER_SIGNATURE_BYTES, looks_like_picture


class ScanChoice(StrEnum):
    COARSE = "coarse"
    FINE = "fine"
    PLAN = "plan"


# Everything there is, in every frame: who asks for files wants to see what can be seen.
_LOOKS = frozenset({Look.ALL_HEADS, Look.OBJECTS})
_LOOKS_TO_COMPARE = _LOOKS | {Look.ALL_IDENTITIES}


@dataclass(frozen=True, slots=True)
class AnalyzedFrame:
    """`t_ms`: position in a video; 0 for a picture. By face index: `directions` where it looks, image
    directions; `distances` from the reference, if one was `compared`. Who cannot be told of is left out."""

    path: Path
    index: int
    t_ms: int
    analysis: FrameAnalysis
    directions: dict[int, GazeDirection]
    distances: dict[int, float]
    compared: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read. reference: the embedding of a face to compare with; calibrate_s: this much at the
    start of a video says where the screen is, instead of what is typical."""

    scan: ScanChoice = ScanChoice.PLAN
    reference: Embedding | None = None
    calibrate_s: float = 0.0

    @property
    def looks(self) -> frozenset[Look]:
        return _LOOKS if self.reference is None else _LOOKS_TO_COMPARE


def analyze_path(path: Path, reading: Reading, analyzer: FrameAnalyzer) -> Iterator[AnalyzedFrame]:
    """Every frame of a picture or video, by an analyzer of `examhall.bootstrap.vision.build_analyzer`.

    `plan` starts with a fine scan and repeats it at the default plan's period.
    Raises ExamhallError: `file_unreadable`, `not_a_picture` (neither picture nor video), and those
    of `examhall.vision.headers.read_header`.
    """
    plan = ScanPlan()
    scan = Scan.COARSE if reading.scan is ScanChoice.COARSE else Scan.FINE
    data = _picture_in(path)
    if data is not None:
        job = FrameJob("files", data, scan, plan, thumbnail=False, looks=reading.looks)
        yield _told(path, 0, 0, analyzer(job), TYPICAL_CALIBRATION, reading.reference)
        return
    calibration, heads = TYPICAL_CALIBRATION, list[HeadFacts]()
    fine_from_ms = 0.0
    for frame in read_video_frames(path):
        if reading.scan is ScanChoice.PLAN:
            scan = Scan.FINE if frame.t_ms >= fine_from_ms else Scan.COARSE
            if scan is Scan.FINE:
                fine_from_ms = frame.t_ms + plan.fine_period_s * 1000
        analysis = analyzer.look_at_picture(frame.picture, scan, plan, reading.looks)
        if frame.t_ms < reading.calibrate_s * 1000:
            heads.extend(head for head in analysis.heads if head.face == _largest(analysis))
        elif heads:
            calibration, heads = calibration_from(heads) or calibration, []
        yield _told(path, frame.index, frame.t_ms, analysis, calibration, reading.reference)


def reference_of(path: Path, analyzer: FrameAnalyzer) -> Embedding:
    """The embedding of the largest face of a picture.

    Raises ExamhallError `file_unreadable`, `reference_unusable` and those of `read_header`.
    """
    data = _picture_in(path)
    embedding = None
    if data is not None:
        looks = frozenset({Look.IDENTITY})
        analysis = analyzer(FrameJob("files", data, Scan.FINE, ScanPlan(), thumbnail=False, looks=looks))
        embedding = analysis.identities[0].embedding if analysis.identities else None
    if embedding is None:
        raise ExamhallError(
            ErrorKind.INVALID,
            "reference_unusable",
            f"{path} shows no face that is large, sharp and frontal enough to compare with.",
        )
    return embedding


def is_video(path: Path) -> bool:
    """Whether the file is no picture. Raises ExamhallError `file_unreadable`."""
    return _picture_in(path) is None


def _picture_in(path: Path) -> bytes | None:
    """The file's bytes when they look like a picture; a video may be larger than memory and stays unread."""
    try:
        with path.open("rb") as file:
            start = file.read(HEADER_SIGNATURE_BYTES)
            return start + file.read() if looks_like_picture(start) else None
    except OSError as error:
        raise ExamhallError(
            ErrorKind.NOT_FOUND, "file_unreadable", f"{path} cannot be read: {error.strerror}."
        ) from error


def _told(
    path: Path,
    index: int,
    t_ms: int,
    analysis: FrameAnalysis,
    calibration: Calibration,
    reference: Embedding | None,
) -> AnalyzedFrame:
    directions = {
        head.face: direction
        for head in analysis.heads
        if (direction := direction_of(head_observed(head, t_ms / 1000, index), calibration)) is not None
    }
    distances = {
        one.face: distance
        for one in analysis.identities
        if reference is not None and (distance := distance_to(reference, one.embedding)) is not None
    }
    return AnalyzedFrame(path, index, t_ms, analysis, directions, distances, compared=reference is not None)


def _largest(analysis: FrameAnalysis) -> int:
    faces = analysis.faces.faces if analysis.faces else ()
    return max(range(len(faces)), key=lambda i: (faces[i].x2 - faces[i].x1) * (faces[i].y2 - faces[i].y1))
