"""Collects figures and words, writes docs/accuracy.md and benchmarks/out/accuracy.json."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from accuracy.statistics import Estimate

ROOT = Path(__file__).resolve().parents[2]
JSON_PATH = ROOT / "benchmarks" / "out" / "accuracy.json"
PAGE_PATH = ROOT / "docs" / "accuracy.md"


@dataclass(frozen=True, slots=True)
class Goal:
    """What was asked for, what came out. `reached` begins with a dash where the folder has nothing to measure."""

    words: str
    reached: str
    holds: bool
    remark: str = ""

    @property
    def verdict(self) -> str:
        if self.reached.startswith("-"):
            return "not measured"
        return "yes" if self.holds else "**no**"


@dataclass(slots=True)
class Report:
    """`numbers` go to the top level of accuracy.json; the page is made of `parts` in order."""

    numbers: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    details: dict[str, object] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def add(self, key: str, found: Estimate) -> Estimate:
        """Put a figure under its name; returns it."""
        self.add_number(key, found.value, found.n)
        self.intervals[key] = (rounded(found.low), rounded(found.high))
        return found

    def add_number(self, key: str, value: float, n: int) -> None:
        self.numbers[key] = rounded(value)
        self.counts[key] = n

    def goal(self, words: str, reached: str, *, holds: bool, remark: str = "") -> None:
        self.goals.append(Goal(words, reached, holds, remark))

    def text(self, *blocks: str) -> None:
        self.parts.extend(blocks)

    def take(self, other: "Report") -> None:
        """Add another's figures and words after one's own."""
        for mine, theirs in (
            (self.numbers, other.numbers),
            (self.counts, other.counts),
            (self.intervals, other.intervals),
            (self.details, other.details),
        ):
            mine.update(theirs)  # type: ignore[arg-type]
        self.goals += other.goals
        self.parts += other.parts

    def write(self, head: str, tail: str) -> None:
        JSON_PATH.parent.mkdir(parents=True, exist_ok=True)
        everything = {
            **{key: known(value) for key, value in self.numbers.items()},
            "n": self.counts,
            "interval_95": {key: [known(low), known(high)] for key, (low, high) in self.intervals.items()},
            "details": self.details,
        }
        JSON_PATH.write_text(json.dumps(everything, indent=2) + "\n", "utf-8")
        page = "\n\n".join([head, self._goal_table(), *self.parts, tail])
        PAGE_PATH.write_text(page.rstrip() + "\n", "utf-8")

    def _goal_table(self) -> str:
        rows = [(goal.words, goal.reached, goal.verdict, goal.remark) for goal in self.goals]
        return "## Goals and what was reached\n\n" + table(
            ("goal", "reached", "met", "where not: by how much, and what is next"), rows
        )


def known(value: float) -> float | None:
    """JSON has no word for "not a number"."""
    return None if math.isnan(value) else value


def rounded(value: float) -> float:
    return value if math.isnan(value) else round(value, 4)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def short(found: Estimate | None) -> str:
    """`.983 [.966, .994], n 350`, or a dash."""
    if found is None or math.isnan(found.value):
        return "-"
    interval = f" [{share(found.low)}, {share(found.high)}]" if found.scenes > 1 else " (one scene)"
    return f"{share(found.value)}{interval}, n {found.n}"


def share(value: float) -> str:
    """Three digits without the zero in front, as figures between 0 and 1 are printed here."""
    if math.isnan(value):
        return "-"
    text = f"{value:.3f}"
    return text[1:] if text.startswith("0.") else text
