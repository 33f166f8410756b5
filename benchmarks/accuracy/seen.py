"""What the product's analyzer sees in every labelled picture and clip, looked at once for all parts of the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from accuracy.dataset import Clip, Still
from examhall.adapters.detectors.analyzer import FrameAnalyzer
from examhall.adapters.detectors.files import read_video_frames
from examhall.application.ports.vision import FrameAnalysis, FrameJob, Look
from examhall.domain.observation import ObjectLabel, Scan
from examhall.domain.policy import ScanPlan

CLIP_PERIOD_S = 0.2
_LOOKS = frozenset({Look.IDENTITY, Look.OBJECTS})
_LOOKS_FOR_GAZE = frozenset({Look.HEAD})


@dataclass(frozen=True, slots=True)
class SeenFrame:
    at_s: float
    analysis: FrameAnalysis


def look_at_stills(stills: Sequence[Still], analyzer: FrameAnalyzer) -> dict[Path, FrameAnalysis]:
    """The fine scan of the default plan, with identity and objects."""
    plan = ScanPlan()
    return {
        still.path: analyzer(
            FrameJob("accuracy", still.path.read_bytes(), Scan.FINE, plan, thumbnail=False, looks=_LOOKS)
        )
        for still in stills
    }


def look_at_clips(clips: Sequence[Clip], analyzer: FrameAnalyzer) -> dict[str, list[SeenFrame]]:
    """Objects five times a second; clips whose gaze is labelled at every frame, for the head alone in between."""
    return {clip.name: _look_at(clip, analyzer) for clip in clips}


def _look_at(clip: Clip, analyzer: FrameAnalyzer) -> list[SeenFrame]:
    seen: list[SeenFrame] = []
    plan, next_s = ScanPlan(), 0.0
    for frame in read_video_frames(clip.path):
        at_s = frame.t_ms / 1000
        due = at_s >= next_s - 1e-6
        if due:
            next_s = max(next_s + CLIP_PERIOD_S, at_s + CLIP_PERIOD_S / 2)
        elif not clip.gaze:
            continue
        looks = (_LOOKS if due else frozenset()) | (_LOOKS_FOR_GAZE if clip.gaze else frozenset())
        seen.append(SeenFrame(at_s, analyzer.look_at_picture(frame.picture, Scan.COARSE, plan, looks)))
    return seen


def best_score(analysis: FrameAnalysis, label: ObjectLabel) -> float:
    """Of the objects of this kind; 0 when there is none."""
    objects = analysis.objects.objects if analysis.objects is not None else ()
    return max((thing.score for thing in objects if thing.label is label), default=0.0)


def objects_seen(frames: Mapping[str, Sequence[SeenFrame]], clip: Clip) -> list[FrameAnalysis]:
    return [frame.analysis for frame in frames[clip.name] if frame.analysis.objects is not None]
