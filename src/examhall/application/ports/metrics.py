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
DB_WAIT = Histogram(
    "examhall_database_wait_seconds",
    "Wait for a connection, and for SQLite's only pen",
    (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    ("use",),
)
DB_TIME = Histogram(
    "examhall_database_transaction_seconds",
    "Length of a transaction with its commit",
    (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    ("use",),
)
DB_OPEN = Gauge("examhall_database_transactions_open", "Transactions that run or wait now", ("use",))
DB_FAILURES = Counter(
    "examhall_database_failures_total", "Transactions that failed, by error code", ("code",)
)
READY = Gauge("examhall_ready", "Lines of /readyz as last looked at: 1 well, 0 not", ("check",))
DRAINING = Gauge("examhall_draining", "1 from SIGTERM on, while pages are sent away")
