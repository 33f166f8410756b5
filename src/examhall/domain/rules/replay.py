"""Stored observations run again, under the same or another policy, and what that changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from examhall.domain.incident import IncidentState
from examhall.domain.observation import Observation
from examhall.domain.policy import Policy, Signal, is_shadow
from examhall.domain.rules.engine import RulesState, close_all, step


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """The incidents of one run, by the time they opened; those of shadow signals apart. Times: s on the
    attempt's clock; what was open at the last observation closes there."""

    incidents: tuple[IncidentState, ...]
    shadow: tuple[IncidentState, ...]
    first_s: float
    last_s: float


@dataclass(frozen=True, slots=True)
class ChangedIncident:
    before: IncidentState
    after: IncidentState


@dataclass(frozen=True, slots=True)
class ReplayComparison:
    """What another run has more, has not, and has otherwise (times, severity or words differ)."""

    appeared: tuple[IncidentState, ...]
    vanished: tuple[IncidentState, ...]
    changed: tuple[ChangedIncident, ...]
    unchanged: tuple[IncidentState, ...]


def replay(observations: Iterable[Observation], policy: Policy) -> ReplayResult:
    """Run observations, in the order in which they came, from a new state; see `effective_policy`."""
    state, found = RulesState(), dict[str, IncidentState]()
    first_s: float | None = None
    for seen in observations:
        state, changes = step(state, seen, policy)
        first_s = state.now_s if first_s is None else first_s
        found.update({change.incident.key: change.incident for change in changes})
    state, changes = close_all(state, state.now_s)
    found.update({change.incident.key: change.incident for change in changes})
    ordered = sorted(found.values(), key=lambda i: (i.opened_at_s, i.key))
    return ReplayResult(
        incidents=tuple(i for i in ordered if not is_shadow(policy, i.signal)),
        shadow=tuple(i for i in ordered if is_shadow(policy, i.signal)),
        first_s=state.now_s if first_s is None else first_s,
        last_s=state.now_s,
    )


def compare(before: Sequence[IncidentState], after: Sequence[IncidentState]) -> ReplayComparison:
    """Match incidents of the same signal that overlap in time, the longest overlap first."""
    pairs = sorted(
        (
            (-_overlap_s(old, new), old.key, new.key)
            for old in before
            for new in after
            if old.signal is new.signal and _overlap_s(old, new) >= 0.0
        ),
    )
    olds, news = {i.key: i for i in before}, {i.key: i for i in after}
    matched: list[ChangedIncident] = []
    for _, old_key, new_key in pairs:
        if old_key in olds and new_key in news:
            matched.append(ChangedIncident(olds.pop(old_key), news.pop(new_key)))
    matched.sort(key=lambda pair: (pair.before.opened_at_s, pair.before.key))
    return ReplayComparison(
        appeared=tuple(news.values()),
        vanished=tuple(olds.values()),
        changed=tuple(pair for pair in matched if _facts(pair.before) != _facts(pair.after)),
        unchanged=tuple(pair.before for pair in matched if _facts(pair.before) == _facts(pair.after)),
    )


def _overlap_s(one: IncidentState, other: IncidentState) -> float:
    return min(_end_s(one), _end_s(other)) - max(one.began_at_s, other.began_at_s)


def _end_s(incident: IncidentState) -> float:
    return float("inf") if incident.closed_at_s is None else incident.closed_at_s


def _facts(incident: IncidentState) -> tuple[Signal, object, float, float, float | None, float, str, int]:
    """All but the key, which counts the incidents of a run, and the confidence's last digits."""
    return (
        incident.signal,
        incident.severity,
        incident.weight,
        incident.opened_at_s,
        incident.closed_at_s,
        incident.confidence,
        incident.explanation.words,
        incident.times,
    )
