"""Faces on single pictures: our coarse and fine scans and the tutorial's detector, on the same pictures."""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from accuracy.dataset import Still
from accuracy.report import Report, share, short, table
from accuracy.statistics import Case, Estimate, choose, folds, precision, proportion, recall
from examhall.adapters.detectors.analyzer import FrameAnalyzer
from examhall.application.ports.vision import FrameAnalysis, FrameJob
from examhall.domain.observation import Scan
from examhall.domain.policy import ScanPlan

ROOT = Path(__file__).resolve().parents[2]
SEED_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
SEED_SCRIPT = Path(__file__).with_name("seed_counts.py")
# Low enough that every score a threshold could be set to is among what comes back.
FLOOR_SCORE = 0.15
COARSE_GRID = [round(0.20 + 0.02 * step, 2) for step in range(16)]

Counts = Mapping[Path, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """How one way of counting did on a set of pictures."""

    exact: Estimate
    several_precision: Estimate
    several_recall: Estimate
    several: int
    several_missed: int
    several_false: int
    empty_seen: Estimate
    empty_missed: int
    false_none: Estimate
    false_nones: int


def measure(
    stills: Sequence[Still], seen: Mapping[Path, FrameAnalysis], analyzer: FrameAnalyzer, report: Report
) -> None:
    """Fill in the face figures of stills. seen: the fine scan of each."""
    plain = [still for still in stills if not still.poster_faces]
    posters = [still for still in stills if still.poster_faces]
    seed = _seed_started(stills)
    coarse_scores = {still.path: _coarse_scores(analyzer, still) for still in stills}
    fine = {path: len(analysis.faces.faces) if analysis.faces else 0 for path, analysis in seen.items()}
    plan = ScanPlan()
    coarse = {path: _above(scores, plan.coarse_score) for path, scores in coarse_scores.items()}
    tutorial = _seed_finished(seed)

    judged = {"coarse": judge(plain, coarse), "fine": judge(plain, fine), "tutorial": judge(plain, tutorial)}
    for name, suffix in (("fine", ""), ("coarse", "_plan"), ("tutorial", "_tutorial")):
        _numbers(report, judged[name], suffix)
    report.text(
        "## Faces on single pictures",
        _words(plain, posters, plan),
        _main_table(judged),
        "By group, share of pictures with the right count (mixed: several people of different skin tones, mostly groups):",
        _group_table(plain, {"coarse": coarse, "fine": fine, "tutorial": tutorial}),
        _cross_validated(plain, coarse_scores, report),
        _posters(posters, coarse, fine, tutorial, report),
    )
    _goals(report, judged)


def judge(stills: Sequence[Still], counts: Counts) -> Judged:
    """Pictures whose label leaves open whether there are several faces do not count for that question."""
    several = several_cases(stills, counts)
    empty = [still for still in stills if still.faces_max == 0]
    shown = [still for still in stills if still.faces_min > 0]
    return Judged(
        exact=proportion((still.scene, right(still, counts)) for still in stills),
        several_precision=precision(several, "several"),
        several_recall=recall(several, "several"),
        several=sum(case.truth == "several" for case in several),
        several_missed=sum(case.truth == "several" != case.said for case in several),
        several_false=sum(case.said == "several" != case.truth for case in several),
        empty_seen=proportion((still.scene, counts[still.path] == 0) for still in empty),
        empty_missed=sum(counts[still.path] > 0 for still in empty),
        false_none=proportion((still.scene, counts[still.path] == 0) for still in shown),
        false_nones=sum(counts[still.path] == 0 for still in shown),
    )


def right(still: Still, counts: Counts) -> bool:
    return still.faces_min <= counts[still.path] <= still.faces_max


def several_cases(stills: Sequence[Still], counts: Counts) -> list[Case]:
    return [
        Case(
            still.scene,
            "several" if still.faces_min > 1 else "at most one",
            "several" if counts[still.path] > 1 else "at most one",
        )
        for still in stills
        if still.faces_min > 1 or still.faces_max <= 1
    ]


def faults(stills: Sequence[Still], counts: Counts) -> float:
    """What a threshold is chosen by: wrong counts, and again each that would mislead a proctor."""
    several = several_cases(stills, counts)
    wrong = sum(not right(still, counts) for still in stills)
    misleading = sum(case.said != case.truth for case in several)
    return wrong + misleading + 3 * sum((counts[s.path] == 0) != (s.faces_min == 0) for s in stills)


def _coarse_scores(analyzer: FrameAnalyzer, still: Still) -> tuple[float, ...]:
    """Scores of the faces that the coarse scan finds from the floor on, through the product's own path."""
    plan = replace(ScanPlan(), coarse_score=FLOOR_SCORE)
    job = FrameJob("accuracy", still.path.read_bytes(), Scan.COARSE, plan, thumbnail=False)
    found = analyzer(job).faces
    return () if found is None else tuple(face.score for face in found.faces)


def _above(scores: Sequence[float], limit: float) -> int:
    return sum(score > limit for score in scores)


def _seed_started(stills: Sequence[Still]) -> subprocess.Popen[str]:
    """The tutorial's detector in its own environment; it works while ours does."""
    return subprocess.Popen(
        [SEED_PYTHON, SEED_SCRIPT, *(str(still.path) for still in stills)], stdout=subprocess.PIPE, text=True
    )


def _seed_finished(process: subprocess.Popen[str]) -> Counts:
    out, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the tutorial's detector ended with {process.returncode}")
    return {Path(path): count for path, count in json.loads(out).items()}


def _numbers(report: Report, judged: Judged, suffix: str) -> None:
    report.add(f"face_count_exact{suffix}", judged.exact)
    report.add(f"multiple_faces_precision{suffix}", judged.several_precision)
    report.add(f"multiple_faces_recall{suffix}", judged.several_recall)
    report.add(f"no_face_recall{suffix}", judged.empty_seen)
    report.add(f"false_no_face{suffix}", judged.false_none)
    report.details[f"faces{suffix or '_fine'}"] = {
        "multiple_missed": judged.several_missed,
        "multiple_false": judged.several_false,
        "empty_missed": judged.empty_missed,
        "false_no_face": judged.false_nones,
    }


def _words(plain: Sequence[Still], posters: Sequence[Still], plan: ScanPlan) -> str:
    return (
        f"{len(plain)} pictures of {len({still.scene for still in plain})} scenes, each once, through the same code as a "
        f"candidate's frames, without hold times. *Coarse*: what the default plan does on every frame (the pixels of "
        f"{plan.coarse_width} x {plan.coarse_height}, score from {plan.coarse_score}; accuracy.json's `*_plan`). *Fine*: what "
        f"it does every {plan.fine_period_s:g} s and after a change (the coarse scan and, with the pixels of {plan.fine_width} x "
        f"{plan.fine_height}, scores from {plan.fine_score}, together; the plain keys). *Tutorial*: `face_recognition`'s "
        f"`face_locations` as the tutorial calls it. Right is any count between the label's least and most (a face may be "
        f"half hidden). {len(posters)} pictures with faces on posters or screens are counted apart."
    )


def _main_table(judged: Mapping[str, Judged]) -> str:
    ways = ("coarse", "fine", "tutorial")

    def row(words: str, cell: Callable[[Judged], str]) -> tuple[str, ...]:
        return (words, *(cell(judged[way]) for way in ways))

    return table(
        ("", *ways),
        [
            row("right count", lambda j: short(j.exact)),
            row(
                "more than one face, precision",
                lambda j: f"{short(j.several_precision)}; {j.several_false} false",
            ),
            row(
                "more than one face, recall",
                lambda j: f"{short(j.several_recall)}; {j.several_missed} of {j.several} missed",
            ),
            row(
                "empty seat or nobody's face, seen",
                lambda j: f"{short(j.empty_seen)}; {j.empty_missed} missed",
            ),
            row('false "no face"', lambda j: f"{short(j.false_none)}; {j.false_nones}"),
        ],
    )


def _group_table(stills: Sequence[Still], ways: Mapping[str, Counts]) -> str:
    groups: list[tuple[str, Callable[[Still], str]]] = [
        ("light", lambda still: still.lighting),
        ("skin tone (Fitzpatrick)", lambda still: still.skin_tone),
        ("like a webcam's", lambda still: "yes" if still.webcam_like else "no"),
    ]
    rows = []
    for words, key in groups:
        for value in sorted({key(still) for still in stills}):
            members = [still for still in stills if key(still) == value]
            cells = [
                short(proportion((still.scene, right(still, counts)) for still in members))
                for counts in ways.values()
            ]
            rows.append((f"{words}: {value}", *cells))
    return table(("group", *ways), rows)


def _cross_validated(stills: Sequence[Still], scores: Mapping[Path, Sequence[float]], report: Report) -> str:
    """The coarse score chosen on four folds and tried on the fifth, by scene."""
    sizes: dict[str, int] = {}
    for still in stills:
        sizes[still.scene] = sizes.get(still.scene, 0) + 1
    fold_of = folds(sizes)
    by_limit = {
        limit: {path: _above(found, limit) for path, found in scores.items()} for limit in COARSE_GRID
    }
    rows, held, details = [], [], []
    for fold in range(max(fold_of.values()) + 1):
        train = [still for still in stills if fold_of[still.scene] != fold]
        test = [still for still in stills if fold_of[still.scene] == fold]
        limit = choose(COARSE_GRID, lambda limit, train=train: faults(train, by_limit[limit]))
        counts = by_limit[limit]
        exact = sum(right(still, counts) for still in test)
        wrong = [case for case in several_cases(test, counts) if case.said != case.truth]
        none = sum(counts[still.path] == 0 < still.faces_min for still in test)
        held += [(still.scene, right(still, counts)) for still in test]
        missed = sum(case.truth == "several" for case in wrong)
        details.append({"fold": fold + 1, "score": limit, "n": len(test), "exact": exact / len(test)})
        rows.append(
            (str(fold + 1), f"{limit:.2f}", f"{share(exact / len(test))} of {len(test)}",
             f"{missed} / {len(wrong) - missed}", str(none))
        )  # fmt: skip
    pooled = report.add("face_count_exact_plan_held_out", proportion(held))
    report.details["coarse_folds"] = details
    return (
        "The coarse score, chosen on four fifths of the scenes and tried on the fifth (the middle of the best plateau; "
        'wrong counts, wrong "several" and, three times, wrong "none" count against it):\n\n'
        + table(
            ("fold", "score chosen", "right count held out", "several: missed / false", 'false "no face"'),
            rows,
        )
        + f"\n\nAll folds held out: {short(pooled)}. The plan's {ScanPlan().coarse_score} was set with all of them in view."
    )


def _posters(stills: Sequence[Still], coarse: Counts, fine: Counts, tutorial: Counts, report: Report) -> str:
    if not stills:
        return ""
    more = {
        name: sum(counts[still.path] > still.faces_max for still in stills)
        for name, counts in (("coarse", coarse), ("fine", fine), ("tutorial", tutorial))
    }
    report.details["posters_counted_as_people"] = {**more, "n": len(stills)}
    return (
        f"Of the {len(stills)} pictures with printed or shown faces, {more['coarse']} had too many faces counted by the coarse scan, "
        f"{more['fine']} by the fine one, {more['tutorial']} by the tutorial's: no detector here tells a poster from a person."
    )


def _goals(report: Report, judged: Mapping[str, Judged]) -> None:
    for name, words in (("coarse", "every frame"), ("fine", "fine scan")):
        found = judged[name]
        report.goal(
            f"face count right >= .975 ({words})", short(found.exact), holds=found.exact.value >= 0.975
        )
        report.goal(
            f"more than one face: at most 1 missed, 2 false ({words})",
            f"{found.several_missed} of {found.several} missed, {found.several_false} false"
            if found.several
            else "-",
            holds=found.several_missed <= 1 and found.several_false <= 2,
        )
        report.goal(
            f"empty seats: at most 1 missed ({words})",
            f"{found.empty_missed} of {found.empty_seen.n}" if found.empty_seen.n else "-",
            holds=found.empty_missed <= 1,
        )
        report.goal(
            f'false "no face" <= .5% ({words})',
            f"{found.false_nones} of {found.false_none.n}" if found.false_none.n else "-",
            holds=found.false_none.value <= 0.005,
        )
