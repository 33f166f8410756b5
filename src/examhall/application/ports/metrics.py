"""The port to the metrics, and the list of every metric there is.

Label values are ids of parts, reasons and states; never names, attempts or anything unbounded.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Counter:
    name: str
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Histogram:
    name: str
    help: str
    buckets: tuple[float, ...]
    labels: tuple[str, ...] = ()


class Metrics(Protocol):
    """A metric is made at its first use; the labels must be exactly those it declares."""

    def count(self, counter: Counter, amount: float = 1.0, **labels: str) -> None: ...

    def set(self, gauge: Gauge, value: float, **labels: str) -> None: ...

    def observe(self, histogram: Histogram, value: float, **labels: str) -> None: ...

    def exposition(self) -> bytes:
        """All of it as Prometheus text."""
        ...


HTTP_REQUESTS = Counter(
    "examhall_http_requests_total", "Requests answered, by route name and status class", ("route", "status")
)
HTTP_SECONDS = Histogram(
    "examhall_http_request_seconds",
    "Time to answer a request",
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    ("route",),
)
LOGINS = Counter("examhall_logins_total", "Staff logins by result", ("result",))
JOINS = Counter("examhall_joins_total", "Invite links used by result", ("result",))
