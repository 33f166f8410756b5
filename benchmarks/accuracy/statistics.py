"""The few statistics the report needs, by the standard library alone.

Pictures of one scene look alike, so they are no independent evidence: intervals resample whole scenes
(cluster bootstrap). Where nothing varies (all right, none right) a bootstrap would claim certainty; there the
exact binomial interval (Clopper and Pearson 1934) with the number of scenes as n is given instead.
"""

import hashlib
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95
RESAMPLES = 1000
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95% interval; `n` counts what it is made of, `scenes` the independent groups."""

    value: float
    low: float
    high: float
    n: int
    scenes: int


@dataclass(frozen=True, slots=True)
class Case:
    """One decision: what was true, what was said. None in `said`: the detector did not know."""

    scene: str
    truth: str
    said: str | None


Figure = Callable[[Sequence[Case]], float]


def proportion(outcomes: Iterable[tuple[str, bool]]) -> Estimate:
    """Share of True among (scene, outcome) pairs; nan when there are none."""
    cases = [Case(scene, "yes", "yes" if hit else "no") for scene, hit in outcomes]
    return estimate(cases, lambda some: sum(case.said == case.truth for case in some) / len(some))


def estimate(cases: Sequence[Case], figure: Figure) -> Estimate:
    """`figure` of all cases with its interval by scene; nan when there are none."""
    if not cases:
        return Estimate(math.nan, math.nan, math.nan, 0, 0)
    value = figure(cases)
    by_scene: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_scene[case.scene].append(case)
    if len(by_scene) == 1:
        return Estimate(value, math.nan, math.nan, len(cases), 1)  # nothing says how another scene would be
    low, high = _bootstrap(list(by_scene.values()), figure)
    if high - low < 1e-9 and value in (0.0, 1.0):
        low, high = clopper_pearson(round(value * len(by_scene)), len(by_scene))
    return Estimate(value, low, high, len(cases), len(by_scene))


def _bootstrap(groups: Sequence[Sequence[Case]], figure: Figure) -> tuple[float, float]:
    """Percentiles of `figure` over resampled groups; seeded, so that a report can be made again."""
    dice = random.Random(len(groups))
    values = []
    for _ in range(RESAMPLES):
        drawn = [case for group in dice.choices(groups, k=len(groups)) for case in group]
        value = figure(drawn)
        if not math.isnan(value):
            values.append(value)
    if not values:
        return math.nan, math.nan
    values.sort()
    tail = (1 - CONFIDENCE) / 2
    return values[int(tail * len(values))], values[min(len(values) - 1, int((1 - tail) * len(values)))]


def precision(cases: Sequence[Case], positive: str) -> Estimate:
    """Right among those said to be `positive`, of which there are n; nan when none was."""
    return proportion((case.scene, case.truth == positive) for case in cases if case.said == positive)


def recall(cases: Sequence[Case], positive: str) -> Estimate:
    """Found among the n that are `positive`; nan when there are none. "Not known" is not found."""
    return proportion((case.scene, case.said == positive) for case in cases if case.truth == positive)


def f1(cases: Sequence[Case], positive: str) -> float:
    """Harmonic mean of precision and recall; 0 when nothing was found, nan when nothing is there."""
    found = sum(case.said == case.truth == positive for case in cases)
    wrong = sum((case.said == positive) != (case.truth == positive) for case in cases)
    return 2 * found / (2 * found + wrong) if found + wrong else math.nan


def macro_f1(cases: Sequence[Case]) -> float:
    """Mean F1 over the classes that occur; cases whose answer is "not known" count as neither."""
    known = [case for case in cases if case.said is not None]
    scores = [f1(known, label) for label in sorted({case.truth for case in known})]
    return sum(scores) / len(scores) if scores else math.nan


def equal_error_rate(same: Sequence[float], different: Sequence[float]) -> tuple[float, float]:
    """(rate, distance) where as many of one person are told apart as of two taken for one.

    Both are distances: small means alike. Between two steps of the rates the mean is taken.
    """
    best_gap, best = math.inf, (math.nan, math.nan)
    for limit in sorted({*same, *different}):
        missed = sum(value > limit for value in same) / len(same)
        mixed = sum(value <= limit for value in different) / len(different)
        if abs(missed - mixed) < best_gap:
            best_gap, best = abs(missed - mixed), ((missed + mixed) / 2, limit)
    return best


def clopper_pearson(hits: int, n: int) -> tuple[float, float]:
    """The exact binomial interval."""
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - _binomial_cdf(hits - 1, n, p), tail)
    high = 1.0 if hits == n else _solve(lambda p: 1 - _binomial_cdf(hits, n, p), 1 - tail)
    return low, high


def poisson_upper(events: int) -> float:
    """The largest mean that would show so few events in 5% of cases or more (one-sided, exact).

    No event in T seconds thus bounds the rate by 3.0 / T.
    """

    def unlikely(mean: float) -> float:
        return 1 - sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(events + 1))

    return _solve(unlikely, CONFIDENCE, high=10.0 + 4 * events)


def _binomial_cdf(hits: int, n: int, p: float) -> float:
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(hits + 1))


def _solve(rising: Callable[[float], float], target: float, high: float = 1.0) -> float:
    low = 0.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def folds(sizes: Mapping[str, int], count: int = FOLDS) -> dict[str, int]:
    """Scene -> fold, so that a scene is never split and folds are about even. Stable under new scenes' order."""
    filled = [0] * count
    assigned: dict[str, int] = {}

    def shuffled(scene: str) -> tuple[int, str]:
        return -sizes[scene], hashlib.sha256(scene.encode()).hexdigest()

    for scene in sorted(sizes, key=shuffled):
        fold = filled.index(min(filled))
        assigned[scene] = fold
        filled[fold] += sizes[scene]
    return assigned


def choose(candidates: Sequence[float], loss: Callable[[float], float]) -> float:
    """The candidate of least loss; of a plateau its middle, which is the least delicate choice."""
    losses = [loss(candidate) for candidate in candidates]
    least = min(losses)
    best: list[float] = []
    run: list[float] = []
    for candidate, value in zip(candidates, losses, strict=True):
        run = [*run, candidate] if value == least else []
        best = run if len(run) > len(best) else best
    return best[len(best) // 2]
