"""Looking left, right and straight on the clips whose gaze is labelled, calibrated on their first seconds."""

from collections import Counter
from collections.abc import Mapping, Sequence

from accuracy.dataset import Clip
from accuracy.report import Report, share, short, table
from accuracy.seen import SeenFrame
from accuracy.statistics import Case, choose, estimate, macro_f1
from examhall.application.ports.vision import HeadFacts
from examhall.application.seeing import head_observed
from examhall.bootstrap.video_watch import calibration_from
from examhall.domain.observation import Calibration
from examhall.domain.policy import Preset, Signal
from examhall.domain.presets import PRESETS
from examhall.domain.rules.attention import direction_of

CALIBRATE_S = 3.0
_CALIBRATE_EVERY_S = 0.2
_MARGINS_DEG = [float(degrees) for degrees in range(2, 19)]
_SHOWN = ("left", "centre", "right")


def measure(clips: Sequence[Clip], frames: Mapping[str, Sequence[SeenFrame]], report: Report) -> None:
    """Fill in the gaze figures; without labelled clips the report says so."""
    labelled = [clip for clip in clips if clip.gaze]
    if not labelled:
        report.text("## Looking away", "No clip of this folder has its gaze labelled.")
        return
    margin = PRESETS[Preset.STANDARD].signals[Signal.LOOKING_AWAY].threshold
    cases = [case for clip in labelled for case in cases_of(clip, frames[clip.name], margin)]
    found = report.add("gaze_direction_macro_f1", estimate(cases, macro_f1))
    unknown = sum(case.said is None for case in cases)
    people = len({clip.identity for clip in labelled})
    report.details["gaze"] = {"unknown": unknown, "clips": len(labelled), "people": people}
    report.goal(
        "looking left, right, centre: macro F1 >= .95",
        short(found),
        holds=found.value >= 0.95,
        remark=f"{people} person, {len(labelled)} clips: what next is more people",
    )
    report.text(
        "## Looking away",
        f"{len(cases)} frames of {len(labelled)} clips of {people} person; the first {CALIBRATE_S:g} s (looking straight) calibrate and "
        f"are not scored, frames between labels neither. Macro F1 of left, right and centre with the standard margin of {margin:g} "
        f"degrees: {short(found)}; {unknown} frames unknown, which count as neither. One person's eyes say little of others': "
        "lids, glasses and light differ, and vertical gaze is not labelled at all.",
        _confusion(cases),
        _held_out(labelled, frames, report),
    )


def cases_of(clip: Clip, frames: Sequence[SeenFrame], margin_deg: float) -> list[Case]:
    """One case a frame after the calibration, where the label says something."""
    calibration = calibrated(frames)
    cases = []
    for index, frame in enumerate(frames):
        truth = next((span.label for span in clip.gaze if span.start_s <= frame.at_s <= span.end_s), None)
        if frame.at_s < CALIBRATE_S or truth is None:
            continue
        said = None
        if frame.analysis.heads:
            head = head_observed(frame.analysis.heads[0], frame.at_s, index)
            said = direction_of(head, calibration, margin_deg)
        cases.append(Case(f"{clip.name} {truth}", truth, None if said is None else str(said)))
    return cases


def calibrated(frames: Sequence[SeenFrame]) -> Calibration | None:
    """As the camera check does it, from five pictures a second of the first seconds."""
    heads: list[HeadFacts] = []
    next_s = 0.0
    for frame in frames:
        if frame.at_s < CALIBRATE_S and frame.at_s >= next_s:
            heads += frame.analysis.heads[:1]
            next_s = frame.at_s + _CALIBRATE_EVERY_S
    return calibration_from(heads)


def _confusion(cases: Sequence[Case]) -> str:
    counts = Counter((case.truth, case.said or "unknown") for case in cases)
    columns = [*_SHOWN, *sorted({said for _, said in counts} - set(_SHOWN))]
    rows = [(truth, *(str(counts[truth, said]) for said in columns)) for truth in _SHOWN]
    return "Looking (rows) and seen (columns), frames:\n\n" + table(("", *columns), rows)


def _held_out(clips: Sequence[Clip], frames: Mapping[str, Sequence[SeenFrame]], report: Report) -> str:
    """The margin chosen on the other clips; there are too few scenes for five folds."""
    by_margin = {
        margin: {clip.name: cases_of(clip, frames[clip.name], margin) for clip in clips}
        for margin in _MARGINS_DEG
    }
    rows, held, details = [], [], []
    for clip in clips:
        others = [other.name for other in clips if other is not clip]

        def loss(margin: float, others: Sequence[str] = others) -> float:
            return -macro_f1([case for name in others for case in by_margin[margin][name]])

        margin = choose(_MARGINS_DEG, loss)
        cases = by_margin[margin][clip.name]
        held += cases
        right = sum(case.said == case.truth for case in cases)
        details.append({"clip": clip.name, "margin_deg": margin, "n": len(cases), "right": right})
        rows.append((clip.name, f"{margin:g}", f"{share(right / len(cases))} of {len(cases)}"))
    pooled = report.add("gaze_direction_macro_f1_held_out", estimate(held, macro_f1))
    report.details["gaze_folds"] = details
    return (
        "The margin chosen on the other clips (each clip held out once; too few for five folds):\n\n"
        + table(("clip held out", "margin chosen, degrees", "right"), rows)
        + f"\n\nAll held out: {short(pooled)}."
    )
