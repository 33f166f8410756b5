"""A video watched as an attempt would be: sampled, looked at by plan, judged by the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from examhall.adapters.detectors.analyzer import FrameAnalyzer
from examhall.adapters.detectors.files import VideoFrame, read_video_frames
from examhall.application.ports.vision import HeadFacts, Look
from examhall.application.seeing import Embedding, observations_of
from examhall.domain.incident import IncidentState
from examhall.domain.observation import (
    Calibrated,
    Calibration,
    Observation,
    Scan,
    TimePassed,
    WatchChanged,
)
from examhall.domain.policy import Policy
from examhall.domain.rules.engine import RulesState, close_all, step
from examhall.domain.rules.plan import looks_wanted, wants_fine

# While somebody is calibrated the page sends this many pictures.
_CALIBRATING_INTERVAL_S = 0.2
_LEAST_CALIBRATING = 3
# Of the values seen while calibrating, this share is left out at each end.
_TRIM = 0.1


@dataclass(frozen=True, slots=True)
class VideoWatch:
    """Times: seconds from the start of the video. watched_s: from the end of calibration to the last frame.

    observations: what the rules were fed, in order; incidents as the rules left them, in order of opening.
    """

    observations: tuple[Observation, ...]
    incidents: tuple[IncidentState, ...]
    calibration: Calibration | None
    watched_s: float


def watch_video(
    path: Path,
    policy: Policy,
    analyzer: FrameAnalyzer,
    *,
    calibrate_s: float = 0.0,
    template: Embedding | None = None,
) -> VideoWatch:
    """Run a video through detectors and rules, without sound or page events.

    calibrate_s: this much at the start is the camera check: it sets where the screen is and, unless a
    `template` is given, whose face it is; the rules do not see it. Raises ExamhallError `not_a_picture`.
    """
    run = _Run(policy, analyzer, template)
    frames = read_video_frames(path)
    next_s = 0.0
    last_s = 0.0
    for frame in frames:
        at_s = frame.t_ms / 1000
        last_s = at_s
        if at_s < next_s:
            continue
        if at_s < calibrate_s:
            run.calibrate(frame)
            next_s = min(calibrate_s, at_s + _CALIBRATING_INTERVAL_S)
        else:
            run.look(frame, at_s)
            # In step with the video's own clock, so that a late frame does not shift the next ones.
            next_s = max(next_s + policy.scan.interval_s, at_s + policy.scan.interval_s / 2)
    return run.end(last_s)


def calibration_from(heads: Sequence[HeadFacts]) -> Calibration | None:
    """The range of somebody who looked at the screen; None when the head was seen too rarely.

    The ends of what was seen are trimmed by a tenth, so that one glance aside does not widen the range.
    """
    yaw = _range([head.yaw_deg for head in heads])
    pitch = _range([head.pitch_deg for head in heads])
    if yaw is None or pitch is None:
        return None
    across = _range([head.gaze_horizontal for head in heads]) or (None, None)
    up = _range([head.gaze_vertical for head in heads]) or (None, None)
    return Calibration(*yaw, *pitch, *across, *up)


def _range(values: list[float | None]) -> tuple[float, float] | None:
    known = sorted(value for value in values if value is not None)
    if len(known) < _LEAST_CALIBRATING:
        return None
    cut = int(len(known) * _TRIM)
    return known[cut], known[-1 - cut]


class _Run:
    """One pass over one video."""

    def __init__(self, policy: Policy, analyzer: FrameAnalyzer, template: Embedding | None) -> None:
        self._policy = policy
        self._analyzer = analyzer
        self._template = template
        self._state = RulesState()
        self._observations: list[Observation] = []
        self._incidents: dict[str, IncidentState] = {}
        self._heads: list[HeadFacts] = []
        self._embeddings: list[Embedding] = []
        self._calibration: Calibration | None = None
        self._began_s: float | None = None
        self._tick_s = 0.0

    def calibrate(self, frame: VideoFrame) -> None:
        analysis = self._analyzer.look_at_picture(
            frame.picture, Scan.FINE, self._policy.scan, frozenset({Look.HEAD, Look.IDENTITY})
        )
        self._heads.extend(analysis.heads)
        self._embeddings.extend(one.embedding for one in analysis.identities if one.embedding is not None)

    def look(self, frame: VideoFrame, at_s: float) -> None:
        if self._began_s is None:
            self._begin(at_s)
        self._pass_time(at_s)
        scan = Scan.FINE if wants_fine(self._state, at_s, self._policy.scan) else Scan.COARSE
        looks = frozenset(Look(look.value) for look in looks_wanted(self._state, at_s, self._policy))
        analysis = self._analyzer.look_at_picture(frame.picture, scan, self._policy.scan, looks)
        for seen in observations_of(analysis, at_s, frame.index, self._template):
            self._feed(seen)

    def end(self, at_s: float) -> VideoWatch:
        if self._began_s is not None:
            self._pass_time(at_s)
        self._state, changes = close_all(self._state, at_s)
        self._incidents.update((change.incident.key, change.incident) for change in changes)
        watched_s = 0.0 if self._began_s is None else at_s - self._began_s
        incidents = sorted(self._incidents.values(), key=lambda incident: incident.opened_at_s)
        return VideoWatch(tuple(self._observations), tuple(incidents), self._calibration, watched_s)

    def _begin(self, at_s: float) -> None:
        self._began_s = self._tick_s = at_s
        self._calibration = calibration_from(self._heads)
        if self._calibration is not None:
            self._feed(Calibrated(at_s, self._calibration))
        if self._template is None and self._embeddings:
            # As the camera check does: number by number, so that one bad picture does not pull it aside.
            self._template = tuple(median(numbers) for numbers in zip(*self._embeddings, strict=True))
        self._feed(WatchChanged(at_s, watching=True))

    def _pass_time(self, at_s: float) -> None:
        while self._tick_s + 1.0 <= at_s:
            self._tick_s += 1.0
            self._feed(TimePassed(self._tick_s))

    def _feed(self, seen: Observation) -> None:
        self._observations.append(seen)
        self._state, changes = step(self._state, seen, self._policy)
        self._incidents.update((change.incident.key, change.incident) for change in changes)
