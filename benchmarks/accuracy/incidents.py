"""The clips as attempts: sampled, looked at and judged by the standard policy, as a candidate's camera would be."""

import re
from collections.abc import Sequence
from dataclasses import replace

from accuracy.dataset import Clip
from accuracy.report import Report, short, table
from accuracy.statistics import poisson_upper, proportion
from examhall.adapters.detectors.analyzer import FrameAnalyzer
from examhall.bootstrap.video_watch import VideoWatch, watch_video
from examhall.domain.policy import Policy, Preset, Signal
from examhall.domain.presets import PRESETS

CALIBRATE_S = 3.0
_MOVES_HEAD = re.compile(r"image (left|right)|\bheads? (up|down|to)\b|turning|\blooks\b|tilt")
# A clip too short for both is not calibrated: then only a head turned far away counts as looking away.
_LONG_ENOUGH_S = 9.0
_SHORT_HOLD_S = 2.5  # of the labelled looks aside the shortest lasts 3.8 s, seen once a second


def measure(clips: Sequence[Clip], analyzer: FrameAnalyzer, report: Report) -> None:
    """Fill in the incident figures."""
    policy = PRESETS[Preset.STANDARD]
    watched = [
        (clip, watch_video(clip.path, policy, analyzer, calibrate_s=_calibrate_s(clip))) for clip in clips
    ]
    calm = [(clip, watch) for clip, watch in watched if not causes(clip, policy)]
    exposure_s = sum(watch.watched_s for _, watch in calm)
    false = [incident for _, watch in calm for incident in watch.incidents]
    report.add_number("false_incidents", len(false), len(calm))
    report.add_number("exposure_s", exposure_s, len(calm))
    report.add_number("watched_s", sum(watch.watched_s for _, watch in watched), len(watched))
    bound = poisson_upper(len(false)) / exposure_s * 3600 if exposure_s else float("nan")
    report.add_number("false_incidents_per_hour_bound_95", bound, len(calm))
    unexplained = [
        (clip.name, str(incident.signal), incident.explanation.words)
        for clip, watch in watched
        for incident in watch.incidents
        if incident.signal not in causes(clip, policy)
    ]
    report.details["unexplained_incidents"] = [" ".join(one) for one in unexplained]
    opened = [
        (clip.name, incident.signal in causes(clip, policy))
        for clip, watch in watched
        for incident in watch.incidents
    ]
    precise = report.add("incident_precision", proportion(opened)) if opened else None
    rows = [_signal_row(watched, policy, signal, report) for signal in _JUDGED]
    report.goal(
        "0 false incidents on the clips without a cause",
        f"{len(false)} in {exposure_s:.0f} s of {len(calm)} clips",
        holds=not false,
        remark=f"that bounds the true rate by {bound:.0f} an hour (95%, exact Poisson), no more: next is hours of video",
    )
    report.text(
        "## Incidents",
        f"Every clip as an attempt under the standard policy: one frame a second, all looks by the plan; of clips of {_LONG_ENOUGH_S:g} s and "
        f"more the first {CALIBRATE_S:g} s are the camera check (screen and face). In the {len(calm)} clips without a cause "
        f"({exposure_s:.0f} s): **{len(false)} incidents**, which bounds the rate of false ones by {bound:.0f} an hour (95%, exact Poisson). "
        "Recall is over the clips whose cause lasts at least as long as the policy's hold.",
        f"Of all incidents in all clips, those whose cause is in the labels: {short(precise)}.",
        table(("signal", "clips with a cause that lasts", "opened in", "not opened in"), rows),
        _unexplained(unexplained),
        _looking_away(clips, policy, analyzer, report),
    )


_JUDGED = (Signal.NO_FACE, Signal.MULTIPLE_FACES, Signal.PHONE, Signal.PERSON_IN_BACKGROUND)
_KEYS = {
    Signal.NO_FACE: "no_face_incident_recall",
    Signal.MULTIPLE_FACES: "multiple_faces_incident_recall",
    Signal.PHONE: "phone_incident_recall",
    Signal.PERSON_IN_BACKGROUND: "second_person_incident_recall",
}


def _looking_away(clips: Sequence[Clip], policy: Policy, analyzer: FrameAnalyzer, report: Report) -> str:
    """With a hold short enough for the labelled looks aside."""
    rule = replace(policy.signals[Signal.LOOKING_AWAY], hold_s=_SHORT_HOLD_S)
    eager = replace(policy, signals={**policy.signals, Signal.LOOKING_AWAY: rule})
    aside, straight = [], []
    for clip in clips:
        if not clip.gaze:
            continue
        watch = watch_video(clip.path, eager, analyzer, calibrate_s=CALIBRATE_S)
        opened = any(incident.signal is Signal.LOOKING_AWAY for incident in watch.incidents)
        looks_aside = any(span.label != "centre" for span in clip.gaze)
        (aside if looks_aside else straight).append((clip.name, opened))
    if not aside:
        return ""
    found = report.add("looking_away_incident_recall", proportion(aside))
    return (
        f"The labelled looks aside are shorter than the standard hold of {policy.signals[Signal.LOOKING_AWAY].hold_s:g} s and rightly open "
        f"nothing; with a hold of {_SHORT_HOLD_S:g} s they do in {short(found)}, and in {sum(hit for _, hit in straight)} of "
        f"{len(straight)} clips that look straight."
    )


def causes(clip: Clip, policy: Policy) -> frozenset[Signal]:
    """The signals that the labels of a clip allow an incident of.

    A look aside that is labelled with its length and shorter than the hold is none: nothing may open.
    """
    found: set[Signal] = set()
    if clip.faces_min == 0:
        found |= {Signal.NO_FACE, Signal.SPOOF}
    if clip.faces_max > 1:
        found |= {Signal.MULTIPLE_FACES, Signal.PERSON_IN_BACKGROUND, Signal.DIFFERENT_PERSON}
    if clip.persons_max > 1:
        found.add(Signal.PERSON_IN_BACKGROUND)
    if clip.phone:
        found.add(Signal.PHONE)
    hold_s = policy.signals[Signal.LOOKING_AWAY].hold_s
    if clip.gaze:
        away = any(span.label != "centre" and span.end_s - span.start_s >= hold_s for span in clip.gaze)
    else:
        away = _MOVES_HEAD.search(clip.events) is not None
    if away:
        found.add(Signal.LOOKING_AWAY)
    return frozenset(found & {signal for signal, rule in policy.signals.items() if rule.enabled})


def lasts(clip: Clip, signal: Signal, policy: Policy, watched_s: float) -> bool:
    """Whether the cause is there all the time and longer than the policy's hold (and the time between two samples)."""
    long_enough = watched_s >= policy.signals[signal].hold_s + policy.scan.interval_s
    always = {
        Signal.NO_FACE: clip.faces_max == 0,
        Signal.MULTIPLE_FACES: clip.faces_min > 1,
        Signal.PHONE: clip.phone,
        Signal.PERSON_IN_BACKGROUND: clip.persons_min > clip.faces_max >= 1,
    }
    return always[signal] and long_enough


def _calibrate_s(clip: Clip) -> float:
    return CALIBRATE_S if clip.duration_s >= _LONG_ENOUGH_S and clip.faces_min == 1 else 0.0


def _signal_row(
    watched: Sequence[tuple[Clip, VideoWatch]], policy: Policy, signal: Signal, report: Report
) -> tuple[str, ...]:
    lasting = [(clip, watch) for clip, watch in watched if lasts(clip, signal, policy, watch.watched_s)]
    opened = [(clip.name, any(i.signal is signal for i in watch.incidents)) for clip, watch in lasting]
    if not opened:
        return (str(signal), "0", "-", "-")
    found = report.add(_KEYS[signal], proportion(opened))
    missed = ", ".join(name for name, hit in opened if not hit)
    return (str(signal), str(len(opened)), short(found), missed or "none")


def _unexplained(unexplained: Sequence[tuple[str, str, str]]) -> str:
    if not unexplained:
        return "No incident in any clip lacked a cause in its labels."
    rows = [(name, signal, words) for name, signal, words in unexplained]
    return "Incidents that the labels do not explain:\n\n" + table(("clip", "signal", "words"), rows)
