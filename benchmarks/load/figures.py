"""What a run measured, and the sums behind it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """One look at the server. `cpu_s` and `memory_mb` by kind of process."""

    at_s: float
    cpu_s: Mapping[str, float]
    memory_mb: Mapping[str, float]
    sampling_interval_s: float


@dataclass(frozen=True)
class Figures:
    """Of one crowd on a fresh server. Latencies in ms; rates per candidate; processor in % of one core."""

    candidates: int
    minutes: float
    joined_within_s: float
    join_slowest_s: float
    latency_ms: Mapping[str, float]
    alerts: int
    sampling_asked_s: Sequence[float]
    sampling_shown_s: Sequence[float]  # what the proctor's page was told of it
    frames_per_s: Mapping[str, float]  # looked at: mean of all, of the slowest and of the quickest candidate
    dropped: Mapping[str, float]
    cpu_percent: Mapping[str, float]
    memory_mb: Mapping[str, float]
    memory_slope_mb_per_min: Mapping[str, float]
    events_sent: int
    events_stored: int
    events_acknowledged: int
    connections: int
    errors: Sequence[str]

    @property
    def events_lost(self) -> int:
        return self.events_sent - self.events_stored


def slope_per_min(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line through (seconds, value) by least squares; per minute. 0 for fewer than three."""
    if len(points) < 3:
        return 0.0
    mean_t = sum(t for t, _ in points) / len(points)
    mean_v = sum(v for _, v in points) / len(points)
    spread = sum((t - mean_t) ** 2 for t, _ in points)
    together = sum((t - mean_t) * (v - mean_v) for t, v in points)
    return together / spread * 60 if spread else 0.0


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 by the nearest rank, and the largest; empty for no values."""
    if not values:
        return {}
    ordered = sorted(values)
    ranks = {f"p{p}": ordered[max(0, math.ceil(p / 100 * len(ordered)) - 1)] for p in (50, 95, 99)}
    return {**ranks, "max": ordered[-1]}
