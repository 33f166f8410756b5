"""Files a person names on the command line, through the same analyzer as a worker's."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from examhall.adapters.detectors.analyzer import FrameAnalyzer
from examhall.adapters.detectors.files import read_video_frames
from examhall.application.ports.vision import FrameAnalysis, FrameJob
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.observation import Scan
from examhall.domain.policy import ScanPlan
from examhall.vision.headers import HEADER_SIGNATURE_BYTES, looks_like_picture


class ScanChoice(StrEnum):
    COARSE = "coarse"
    FINE = "fine"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class AnalyzedFrame:
    """`t_ms`: position in a video; 0 for a picture."""

    path: Path
    index: int
    t_ms: int
    analysis: FrameAnalysis


def analyze_path(path: Path, choice: ScanChoice, analyzer: FrameAnalyzer) -> Iterator[AnalyzedFrame]:
    """Every frame of a picture or video, by an analyzer of `examhall.bootstrap.vision.build_analyzer`.

    `plan` starts with a fine scan and repeats it at the default plan's period.
    Raises ExamhallError: `file_unreadable`, `not_a_picture` (neither picture nor video), and those
    of `examhall.vision.headers.read_header`.
    """
    plan = ScanPlan()
    scan = Scan.COARSE if choice is ScanChoice.COARSE else Scan.FINE
    try:
        with path.open("rb") as file:
            start = file.read(HEADER_SIGNATURE_BYTES)
            # A video may be larger than memory, so only what looks like a picture is read whole.
            data = start + file.read() if looks_like_picture(start) else None
    except OSError as error:
        raise ExamhallError(
            ErrorKind.NOT_FOUND, "file_unreadable", f"{path} cannot be read: {error.strerror}."
        ) from error
    if data is not None:
        yield AnalyzedFrame(path, 0, 0, analyzer(FrameJob("files", data, scan, plan, thumbnail=False)))
        return
    fine_from_ms = 0.0
    for frame in read_video_frames(path):
        if choice is ScanChoice.PLAN:
            scan = Scan.FINE if frame.t_ms >= fine_from_ms else Scan.COARSE
            if scan is Scan.FINE:
                fine_from_ms = frame.t_ms + plan.fine_period_s * 1000
        yield AnalyzedFrame(
            path, frame.index, frame.t_ms, analyzer.look_at_picture(frame.picture, scan, plan)
        )
