"""Same person or another: distances of the product's embeddings between labelled pictures."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median

import numpy as np

from accuracy.dataset import Still
from accuracy.report import Report, share, table
from accuracy.statistics import choose, clopper_pearson, equal_error_rate, folds, proportion
from examhall.application.ports.vision import FrameAnalysis
from examhall.application.seeing import Embedding
from examhall.domain.policy import Preset, Signal
from examhall.domain.presets import PRESETS

ENROLLED = 3  # the camera check takes five; few people here have more than six pictures
PROBES = 3
_MOST_TRIALS = 60  # of one person and one other: more triples of the same pictures say nothing new
_GRID = [round(0.40 + 0.01 * step, 2) for step in range(31)]


@dataclass(frozen=True, slots=True)
class Portrait:
    still: Still
    embedding: Embedding


@dataclass(frozen=True, slots=True)
class Trial:
    """The median distance of three good pictures from a template; `person` is enrolled, `other` is looked at."""

    person: str
    other: str
    distance: float

    @property
    def same(self) -> bool:
        return self.person == self.other


def measure(stills: Sequence[Still], seen: Mapping[Path, FrameAnalysis], report: Report) -> None:
    """Fill in the identity figures; without labelled people the report says so."""
    portraits, gated = _portraits(stills, seen)
    pairs = list(combinations(portraits, 2))
    same = [_apart(a, b) for a, b in pairs if a.still.identity == b.still.identity]
    different = [_apart(a, b) for a, b in pairs if a.still.identity != b.still.identity]
    if not same or not different:
        report.text("## Identity", "No two good pictures of one person in this folder.")
        return
    people = {one.still.identity for one in portraits}
    rate, at = equal_error_rate(same, different)
    report.add_number("identity_eer", rate, len(pairs))
    report.intervals["identity_eer"] = _eer_interval(portraits)
    trials = list(_trials(portraits))
    limit = PRESETS[Preset.STANDARD].signals[Signal.DIFFERENT_PERSON].threshold
    own = [trial for trial in trials if trial.same]
    others = [trial for trial in trials if not trial.same]
    false = [trial for trial in own if trial.distance > limit]
    missed = [trial for trial in others if trial.distance <= limit]
    report.add("identity_false_different", proportion((t.person, t.distance > limit) for t in own))
    report.add("identity_missed_different", proportion((t.person, t.distance <= limit) for t in others))
    low, high = report.intervals["identity_eer"]
    report.goal(
        "identity: EER per pair <= 2%", f"{share(rate)} [{share(low)}, {share(high)}]", holds=rate <= 0.02
    )
    report.goal(
        'identity: no false and no missed "different" on medians of 3',
        f"{len(false)} of {len(own)} false, {len(missed)} of {len(others)} missed",
        holds=not false and not missed,
        remark=""
        if not missed
        else f"missed between {len({(t.person, t.other) for t in missed})} pairs of people",
    )
    report.text(
        "## Identity",
        f"{len(portraits)} pictures of {len(people)} people passed the product's gate (size, sharpness, pose, edge, light); {gated} did "
        f"not. Equal error rate over {len(same)} pairs of one person and {len(different)} of two: {share(rate)} "
        f"[{share(low)}, {share(high)}] at a distance of {at:.2f} (interval by resampling people). As the rules do it, with a template "
        f"of {ENROLLED} pictures (number by number their median) and the median distance of {PROBES} others, at the standard threshold of "
        f'{limit:g}: {len(false)} of {len(own)} false "different", {len(missed)} of {len(others)} missed. Largest of one person '
        f"{max(t.distance for t in own):.3f}, smallest of two {min(t.distance for t in others):.3f}. Most pictures of one person are from "
        "different days, which is harder than one exam; strangers here were not chosen for being alike, which is easier.",
        _group_table(portraits, limit),
        _held_out(trials, report),
    )


def _portraits(stills: Sequence[Still], seen: Mapping[Path, FrameAnalysis]) -> tuple[list[Portrait], int]:
    portraits, gated = [], 0
    for still in stills:
        if not still.identity or still.faces_max > 1:
            continue
        identities = seen[still.path].identities
        if identities and identities[0].embedding is not None:
            portraits.append(Portrait(still, identities[0].embedding))
        else:
            gated += 1
    return portraits, gated


def _apart(one: Portrait, other: Portrait) -> float:
    return math.dist(one.embedding, other.embedding)


def _by_person(portraits: Sequence[Portrait]) -> dict[str, list[Embedding]]:
    people: dict[str, list[Embedding]] = {}
    for portrait in portraits:
        people.setdefault(portrait.still.identity, []).append(portrait.embedding)
    return people


def _trials(portraits: Sequence[Portrait]) -> Iterator[Trial]:
    """Seeded samples of who is enrolled with which pictures and looked at in which others."""
    people = _by_person(portraits)
    dice = np.random.default_rng(11)
    for person, pictures in people.items():
        if len(pictures) < ENROLLED:
            continue
        templates = list(combinations(range(len(pictures)), ENROLLED))
        for other, shown in people.items():
            for _ in range(_MOST_TRIALS):
                enrolled = templates[int(dice.integers(len(templates)))]
                rest = [i for i in range(len(shown)) if other != person or i not in enrolled]
                if len(rest) < PROBES:
                    break
                template = np.median([pictures[i] for i in enrolled], axis=0)
                probes = dice.choice(rest, PROBES, replace=False)
                distances = [float(np.linalg.norm(template - np.asarray(shown[i]))) for i in probes]
                yield Trial(person, other, median(distances))


def _eer_interval(portraits: Sequence[Portrait]) -> tuple[float, float]:
    """Resampling people, because the pictures of one are alike."""
    people = [np.asarray(pictures) for pictures in _by_person(portraits).values()]
    dice = np.random.default_rng(5)
    apart = [[_distances(a, b, own=i == j) for j, b in enumerate(people)] for i, a in enumerate(people)]
    rates = []
    for _ in range(100):
        drawn = sorted(set(dice.integers(len(people), size=len(people)).tolist()))
        same = np.concatenate([apart[i][i] for i in drawn])
        different = np.concatenate([apart[i][j] for i in drawn for j in drawn if i < j])
        if same.size and different.size:
            rates.append(_fast_rate(same, different))
    return round(float(np.percentile(rates, 2.5)), 4), round(float(np.percentile(rates, 97.5)), 4)


def _distances(a: np.ndarray, b: np.ndarray, *, own: bool) -> np.ndarray:
    all_pairs = np.linalg.norm(a[:, None] - b[None], axis=2)
    return all_pairs[np.triu_indices(len(a), 1)] if own else all_pairs.ravel()


def _fast_rate(same: np.ndarray, different: np.ndarray) -> float:
    limits = np.linspace(0.3, 0.9, 301)
    missed = (same[None] > limits[:, None]).mean(axis=1)
    mixed = (different[None] <= limits[:, None]).mean(axis=1)
    best = int(np.argmin(np.abs(missed - mixed)))
    return float(missed[best] + mixed[best]) / 2


def _group_table(portraits: Sequence[Portrait], limit: float) -> str:
    """Single pairs by skin tone: where strangers are taken for one person, and one person for two."""
    rows = []
    for tone in sorted({one.still.skin_tone for one in portraits}):
        members = [one for one in portraits if one.still.skin_tone == tone]
        pairs = list(combinations(members, 2))
        same = [_apart(a, b) > limit for a, b in pairs if a.still.identity == b.still.identity]
        different = [_apart(a, b) <= limit for a, b in pairs if a.still.identity != b.still.identity]
        rows.append((tone, str(len({one.still.identity for one in members})), _rate(same), _rate(different)))
    head = ("skin tone (Fitzpatrick)", "people", "one person, over the threshold", "two people, under it")
    return "Single pairs within a group at the standard threshold:\n\n" + table(head, rows)


def _rate(wrong: Sequence[bool]) -> str:
    if not wrong:
        return "-"
    low, high = clopper_pearson(sum(wrong), len(wrong))
    return f"{sum(wrong)} of {len(wrong)} [{share(low)}, {share(high)}]"


def _held_out(trials: Sequence[Trial], report: Report) -> str:
    """The threshold chosen on four fifths of the people."""
    sizes = {trial.person: 1 for trial in trials}
    fold_of = folds(sizes)
    rows, details = [], []
    false = missed = 0
    for fold in range(max(fold_of.values()) + 1):
        train = [trial for trial in trials if fold_of[trial.person] != fold]
        test = [trial for trial in trials if fold_of[trial.person] == fold]

        def loss(limit: float, train: Sequence[Trial] = train) -> float:
            return sum((t.distance > limit) == t.same for t in train)

        limit = choose(_GRID, loss)
        wrong = [trial for trial in test if (trial.distance > limit) == trial.same]
        false_here = sum(trial.same for trial in wrong)
        false, missed = false + false_here, missed + len(wrong) - false_here
        details.append({"fold": fold + 1, "threshold": limit, "n": len(test), "wrong": len(wrong)})
        rows.append(
            (str(fold + 1), f"{limit:.2f}", str(len(test)), f"{false_here} / {len(wrong) - false_here}")
        )
    report.details["identity_folds"] = details
    report.details["identity_held_out"] = {"false": false, "missed": missed, "n": len(trials)}
    head = ("fold of people", "threshold chosen", "medians held out", "false / missed")
    return "The threshold chosen on four fifths of the people:\n\n" + table(head, rows)
