"""Which closer looks the next frame is to get: by period, after a first hit, and in a burst for the lips."""

from collections.abc import Iterable
from enum import StrEnum

from examhall.domain.policy import Policy, Signal
from examhall.domain.rules.identity import FOLLOW_UP_EVERY_S
from examhall.domain.rules.objects import LABELS
from examhall.domain.rules.presence import wants_fine
from examhall.domain.rules.state import RulesState, asked, slowed_s
from examhall.domain.rules.voice import in_burst

__all__ = ["PlannedLook", "looks_wanted", "wants_fine"]


class PlannedLook(StrEnum):
    """What a frame gets besides the search for faces; see `ScanPlan` for the periods."""

    HEAD = "head"
    IDENTITY = "identity"
    OBJECTS = "objects"


_HEAD = (Signal.LOOKING_AWAY, Signal.SPOOF)


def looks_wanted(state: RulesState, at_s: float, policy: Policy) -> frozenset[PlannedLook]:
    """Return the looks for the frame of `at_s`: only what a signal that is on asks for."""
    plan, looks = policy.scan, state.looks
    wanted: set[PlannedLook] = set()
    lips = asked(state, policy, Signal.SPEECH) and in_burst(state, at_s, policy)
    if plan.head_period_s > 0 and (
        lips or (_any(state, policy, _HEAD) and _due(looks.head_at_s, at_s, plan.head_period_s, policy))
    ):
        wanted.add(PlannedLook.HEAD)
    if plan.identity_period_s > 0 and asked(state, policy, Signal.DIFFERENT_PERSON):
        period_s = slowed_s(state, policy, plan.identity_period_s)
        if looks.identity_follow_up > 0:
            period_s = min(period_s, FOLLOW_UP_EVERY_S)
        if _due(looks.identity_at_s, at_s, period_s, policy):
            wanted.add(PlannedLook.IDENTITY)
    if plan.objects_period_s > 0 and _any(state, policy, LABELS):
        period_s = slowed_s(state, policy, plan.objects_period_s)
        if looks.objects_follow_up > 0:
            period_s = plan.interval_s
        if _due(looks.objects_at_s, at_s, period_s, policy):
            wanted.add(PlannedLook.OBJECTS)
    return frozenset(wanted)


def _any(state: RulesState, policy: Policy, signals: Iterable[Signal]) -> bool:
    return any(asked(state, policy, signal) for signal in signals)


def _due(looked_at_s: float | None, at_s: float, period_s: float, policy: Policy) -> bool:
    # Half an interval early rather than half late: frames do not come to the millisecond. A clock that went
    # back asks for a look rather than for none until it has caught up.
    if looked_at_s is None or at_s < looked_at_s:
        return True
    return at_s - looked_at_s >= period_s - min(policy.scan.interval_s, period_s) / 2
