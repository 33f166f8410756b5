"""What the benchmark found: bare numbers by name, spreads beside them, a table, a file."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

OUT = Path(__file__).resolve().parent / "out" / "bench.json"


@dataclass(frozen=True)
class Row:
    name: str
    value: float
    unit: str
    limit: str
    holds: bool | None


@dataclass
class Report:
    """`numbers` go to the top level of bench.json, `details` (objects) beside them."""

    numbers: dict[str, float] = field(default_factory=dict)
    details: dict[str, object] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        key: bool = True,
    ) -> None:
        """One line of the table; `key` puts it into bench.json under its name."""
        limit, holds = "", None
        if at_least is not None:
            limit, holds = f">= {at_least:g}", value >= at_least
        if at_most is not None:
            limit, holds = f"<= {at_most:g}", value <= at_most
        self.rows.append(Row(name, value, unit, limit, holds))
        if key:
            self.numbers[name] = round(value, 3)

    def write(self) -> None:
        OUT.parent.mkdir(parents=True, exist_ok=True)
        OUT.write_text(json.dumps(self.numbers | self.details, indent=2) + "\n", "utf-8")

    def print(self) -> None:
        width = max(len(row.name) for row in self.rows)
        for row in self.rows:
            verdict = "" if row.holds is None else ("ok" if row.holds else "MISSED")
            print(f"{row.name:{width}}  {row.value:9.2f} {row.unit:6} {row.limit:8} {verdict}".rstrip())
        print(f"\nwritten to {OUT.relative_to(OUT.parents[2])}")


def spread(values: Sequence[float]) -> dict[str, float]:
    """p05, median, p95 and count of at least two values."""
    parts = statistics.quantiles(values, n=20, method="inclusive")
    return {
        "p05": round(parts[0], 3),
        "p50": round(statistics.median(values), 3),
        "p95": round(parts[-1], 3),
        "count": len(values),
    }
