"""An attempt's risk: what its incidents weigh, less and less as they age. It ranks, it does not judge."""

from collections.abc import Iterable
from dataclasses import dataclass

from examhall.domain.policy import Signal


@dataclass(frozen=True, slots=True)
class WeighedIncident:
    """What the risk needs of an incident. opened_at_ms: ms since the epoch; weight: points."""

    key: str
    signal: Signal
    weight: float
    opened_at_ms: int
    dismissed: bool


@dataclass(frozen=True, slots=True)
class RiskPart:
    """What one incident adds, in points at the risk's `as_of_ms`."""

    key: str
    signal: Signal
    points: float


@dataclass(frozen=True, slots=True)
class Risk:
    """Points at `as_of_ms`; later they are `value * 2^(-(now - as_of) / half_life)`. Largest part first."""

    value: float
    as_of_ms: int
    half_life_s: float
    parts: tuple[RiskPart, ...]


def risk(incidents: Iterable[WeighedIncident], as_of_ms: int, half_life_s: float) -> Risk:
    """Return sum(weight * 2^(-age / half_life)) over the incidents that nobody dismissed."""
    parts = [
        RiskPart(i.key, i.signal, i.weight * _left(as_of_ms - i.opened_at_ms, half_life_s))
        for i in incidents
        if not i.dismissed
    ]
    parts.sort(key=lambda part: (-part.points, part.key))
    return Risk(sum(part.points for part in parts), as_of_ms, half_life_s, tuple(parts))


def _left(age_ms: int, half_life_s: float) -> float:
    age_s = max(0, age_ms) / 1000.0
    return float(2.0 ** (-age_s / half_life_s))
