"""Incidents: a finding that held long enough. Only a human decides what it means."""

from dataclasses import dataclass
from enum import StrEnum

from examhall.domain.policy import Severity, Signal


class Verdict(StrEnum):
    """A reviewer's decision on an incident; `UNDECIDED` until a human speaks."""

    UNDECIDED = "undecided"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    SECOND_LOOK = "second_look"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an incident is there: words a person can check, and the numbers behind them."""

    words: str
    numbers: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentState:
    """An incident as the rules know it; times on the attempt's server clock, seconds.

    key: unique within the attempt ("multiple_faces#2"); stable under replay.
    confidence: 0..1, how sure the machine is of what it saw (not of what it means).
    times: how often it came back within the cool-down, or how many events it gathers.
    """

    key: str
    signal: Signal
    severity: Severity
    weight: float
    began_at_s: float  # the first observation of it
    opened_at_s: float  # when the hold time was over
    last_seen_at_s: float
    closed_at_s: float | None
    confidence: float
    explanation: Explanation
    times: int = 1


class IncidentStep(StrEnum):
    OPENED = "opened"
    EXTENDED = "extended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class IncidentChanged:
    """What the rules say after an observation: one per incident that changed."""

    step: IncidentStep
    incident: IncidentState
