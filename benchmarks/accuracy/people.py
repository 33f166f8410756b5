"""Things and bodies: phones in real pictures and clips, a second person in composed ones."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from accuracy.composites import Composite, Figure, Portrait, can_lend, can_seat, with_second_person
from accuracy.dataset import Clip, Still
from accuracy.report import Report, share, short, table
from accuracy.seen import SeenFrame, best_score, objects_seen
from accuracy.statistics import choose, proportion
from examhall.adapters.detectors.analyzer import FrameAnalyzer
from examhall.application.ports.vision import FrameAnalysis, Look
from examhall.application.seeing import observations_of
from examhall.domain.observation import ObjectLabel, Scan, WatchChanged
from examhall.domain.policy import Policy, Preset, ScanPlan, Signal
from examhall.domain.presets import PRESETS
from examhall.domain.rules.engine import RulesState, step

COMPOSITES = 40
SEED = 7
_PHONE_GRID = [round(0.10 + 0.01 * step, 2) for step in range(31)]
_SHOWN = (0.12, 0.14, 0.16, 0.18, 0.20, 0.25, 0.30)
_FALSE_SHARE = 0.005


def measure_phones(
    stills: Sequence[Still],
    clips: Sequence[Clip],
    seen: Mapping[Path, FrameAnalysis],
    frames: Mapping[str, Sequence[SeenFrame]],
    report: Report,
) -> None:
    """Fill in the phone figures, per frame."""
    if not any(clip.phone for clip in clips) or all(clip.phone for clip in clips):
        report.text(
            "## Phones", "Clips with a phone and clips without one are needed; this folder has not both."
        )
        return
    limit = PRESETS[Preset.STANDARD].signals[Signal.PHONE].threshold
    scores = {
        clip.name: [best_score(one, ObjectLabel.PHONE) for one in objects_seen(frames, clip)]
        for clip in clips
    }
    held = {clip.name: scores[clip.name] for clip in clips if clip.phone}
    none = {clip.name: scores[clip.name] for clip in clips if not clip.phone}
    found = report.add("phone_frame_recall", proportion(_outcomes(held, limit)))
    false = report.add("phone_false_frames", proportion(_outcomes(none, limit)))
    each = [sum(score >= limit for score in one) / len(one) for one in held.values()]
    report.add_number("phone_frame_recall_mean_of_clips", sum(each) / len(each), len(each))
    report.goal(
        "phone near the webcam, per frame: recall >= .70 at <= .5% false frames",
        f"{short(found)} (mean of clips {share(sum(each) / len(each))}); false {short(false)}",
        holds=found.value >= 0.70 and false.value <= _FALSE_SHARE,
        remark="four clips; next: a second look at a crop around the face, which costs a second run",
    )
    phones = [still for still in stills if still.phone]
    without = [still for still in stills if still.phone is False]
    on_stills = report.add(
        "phone_still_recall",
        proportion((s.scene, best_score(seen[s.path], ObjectLabel.PHONE) >= limit) for s in phones),
    )
    false_stills = report.add(
        "phone_still_false",
        proportion((s.scene, best_score(seen[s.path], ObjectLabel.PHONE) >= limit) for s in without),
    )
    report.text(
        "## Phones",
        f"Frames five times a second, score of both models' mean, standard threshold {limit:g}. In the clips with a phone in view it "
        f"was found in {short(found)}; in those without, a phone was seen in {short(false)}. On single pictures, phones of every kind "
        f"and distance: {short(on_stills)}; pictures without one: {short(false_stills)}. A black wallet or a remote control "
        "reads as a phone to both models: the signal asks a person, and needs two hits.",
        _curve(held, none),
        _phone_held_out(held, none, report),
    )


def _outcomes(scores: Mapping[str, Sequence[float]], limit: float) -> list[tuple[str, bool]]:
    return [(name, score >= limit) for name, some in scores.items() for score in some]


def _curve(held: Mapping[str, Sequence[float]], none: Mapping[str, Sequence[float]]) -> str:
    """Recall of every clip and false frames, by threshold."""
    empty = [score for some in none.values() for score in some]
    rows = []
    for limit in _SHOWN:
        recalls = [share(sum(score >= limit for score in some) / len(some)) for some in held.values()]
        wrong = sum(score >= limit for score in empty)
        rows.append((f"{limit:.2f}", *recalls, f"{wrong} of {len(empty)}"))
    return table(("threshold", *held, "false frames"), rows)


def _phone_held_out(
    held: Mapping[str, Sequence[float]], none: Mapping[str, Sequence[float]], report: Report
) -> str:
    """The lowest threshold with at most the allowed false frames, each clip with a phone held out once, the
    clips without one by turns."""
    rows, details = [], []
    names = sorted(none)
    hits = looks = wrong = 0
    for turn, (name, scores) in enumerate(sorted(held.items())):
        mine = [other for index, other in enumerate(names) if index % len(held) == turn]
        train_none = [score for other in names if other not in mine for score in none[other]]
        train_held = [score for other, some in held.items() if other != name for score in some]

        def loss(
            limit: float, held_scores: Sequence[float] = train_held, others: Sequence[float] = train_none
        ) -> float:
            false = sum(score >= limit for score in others) / len(others)
            missed = sum(score < limit for score in held_scores) / len(held_scores)
            return missed + (10.0 if false > _FALSE_SHARE else 0.0)

        limit = choose(_PHONE_GRID, loss)
        test_none = [score for other in mine for score in none[other]]
        found = sum(score >= limit for score in scores)
        false = sum(score >= limit for score in test_none)
        hits, looks, wrong = hits + found, looks + len(scores), wrong + false
        details.append({"clip": name, "threshold": limit, "recall": found / len(scores), "false": false})
        rows.append(
            (
                name,
                f"{limit:.2f}",
                f"{share(found / len(scores))} of {len(scores)}",
                f"{false} of {len(test_none)}",
            )
        )
    report.details["phone_folds"] = details
    report.add_number("phone_frame_recall_held_out", hits / looks, looks)
    return (
        "The threshold chosen on the other clips (least missed with at most .5% false frames):\n\n"
        + table(("clip held out", "threshold chosen", "recall", "false frames held out"), rows)
        + f"\n\nAll held out: {share(hits / looks)} of {looks} found, {wrong} false."
    )


def measure_second_person(
    stills: Sequence[Still],
    seen: Mapping[Path, FrameAnalysis],
    analyzer: FrameAnalyzer,
    report: Report,
) -> None:
    """A second body without a face: composed pictures, and real pictures of one person."""
    portraits = portraits_of(stills, seen)
    rooms = [
        picture
        for still in stills
        if not still.person_present and min((picture := _read(still.path)).shape[:2]) > 300
    ]
    seats, lenders = [p for p in portraits if can_seat(p)], [p for p in portraits if can_lend(p)]
    if not seats or not lenders or not rooms:
        report.text("## A second person", "This folder has no pictures to compose a second person from.")
        return
    policy = PRESETS[Preset.STANDARD]
    composed = with_second_person(seats, lenders, rooms, COMPOSITES, SEED)
    said = [(one, _second_body(analyzer, one, policy)) for one in composed]
    with_body = [(one.scene, hit) for one, hit in said if one.figure is not Figure.NOTHING]
    controls = [(one.scene, hit) for one, hit in said if one.figure is Figure.NOTHING]
    alone = [(p.still.scene, _finding(seen[p.still.path], policy)) for p in portraits]
    found = report.add("synthetic_second_person_recall", proportion(with_body))
    report.add("second_person_recall", proportion(with_body))
    control = report.add("synthetic_second_person_false", proportion(controls))
    real = report.add("second_person_false", proportion(alone))
    rows = [
        (str(figure), short(proportion((one.scene, hit) for one, hit in said if one.figure is figure)))
        for figure in Figure
    ]
    report.goal(
        "second person without a visible face, composed: recall >= .85, false <= 3%",
        f"{short(found)}; false {short(control)}, on real pictures of one person {short(real)}",
        holds=found.value >= 0.85 and control.value <= 0.03 and real.value <= 0.03,
    )
    report.text(
        "## A second person",
        f"{len(composed)} composed pictures: {len(seats)} candidates, beside and behind whom somebody out of {len(lenders)} other pictures "
        "stands with the head above the picture (headless) or sits with the face painted over as the back of a head (turned away); as a control, "
        f"a piece of an empty room (nothing). One look each, at the standard threshold of {policy.signals[Signal.PERSON_IN_BACKGROUND].threshold:g}:",
        table(("composed", "second body seen"), rows),
        f"On {len(portraits)} real pictures with one face, a second body was seen in {short(real)} (a few do show part of one). "
        "accuracy.json's `second_person_recall` is the composed figure: no real picture here is labelled for it.",
    )


def portraits_of(stills: Sequence[Still], seen: Mapping[Path, FrameAnalysis]) -> list[Portrait]:
    """Pictures of one person whose face was found."""
    portraits = []
    for still in stills:
        found = seen[still.path].faces
        if (
            still.faces_min == still.faces_max == 1
            and not still.poster_faces
            and found
            and len(found.faces) == 1
        ):
            portraits.append(Portrait(still, _read(still.path), found.faces[0]))
    return portraits


def _second_body(analyzer: FrameAnalyzer, one: Composite, policy: Policy) -> bool:
    looks = frozenset({Look.OBJECTS})
    return _finding(analyzer.look_at_picture(one.picture, Scan.COARSE, ScanPlan(), looks), policy)


def _finding(analysis: FrameAnalysis, policy: Policy) -> bool:
    """Whether one look is a sighting for the product's own rule: it begins to hold."""
    state, _ = step(RulesState(), WatchChanged(0.0, watching=True), policy)
    for observation in observations_of(analysis, 1.0, 1, None):
        state, _ = step(state, observation, policy)
    return state.hold(Signal.PERSON_IN_BACKGROUND).began_at_s is not None


def _read(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    assert picture is not None
    return picture
