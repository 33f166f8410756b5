"""Whether the face is the one of check-in: different_person. One picture never says so."""

from dataclasses import replace
from statistics import median_low

from examhall.domain.observation import IdentityObserved
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules.hold import Changes, Sighting
from examhall.domain.rules.state import (
    Distance,
    RulesState,
    explains,
    freeze,
    look_gap_s,
    rule_of,
    sample,
)

KEPT = 5
WINDOW_S = 120.0
NEEDED = 3
SAME_PERSON = 0.50  # the same person is usually under it; between it and the threshold nothing is said
FOLLOW_UP_LOOKS = 4
FOLLOW_UP_EVERY_S = 3.0  # pictures of one second are too much alike to confirm each other


def observe_identity(state: RulesState, seen: IdentityObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take one comparison with the enrolled face."""
    state = replace(state, looks=replace(state.looks, identity_at_s=seen.at_s))
    rule = rule_of(policy, Signal.DIFFERENT_PERSON)
    if rule is None or not state.sees:
        return state, ()
    blocked = state.camera.blocked and explains(state, policy, Signal.CAMERA_BLOCKED, Signal.DIFFERENT_PERSON)
    if blocked or seen.distance is None or seen.doubt is not None:
        left = max(0, state.looks.identity_follow_up - 1)
        state = replace(state, looks=replace(state.looks, identity_follow_up=left))
        return freeze(state, Signal.DIFFERENT_PERSON), ()
    state = _keep(state, seen.at_s, seen.distance)
    state = _follow_up(state, far=seen.distance > rule.threshold)
    if len(state.distances) < NEEDED:
        return freeze(state, Signal.DIFFERENT_PERSON), ()
    # Of an even number, the middle one in the candidate's favour.
    middle = median_low([d.distance for d in state.distances])
    far = middle > rule.threshold
    if not far and middle >= min(SAME_PERSON, rule.threshold):
        return freeze(state, Signal.DIFFERENT_PERSON), ()
    return sample(
        state,
        policy,
        Signal.DIFFERENT_PERSON,
        seen.at_s,
        look_gap_s(state, policy, policy.scan.identity_period_s),
        holds_now=far,
        sighting=_sighting(middle, len(state.distances), rule.threshold) if far else None,
        min_positives=1,  # the median is of several pictures already
    )


def look_soon(state: RulesState) -> RulesState:
    """A face is there again after none was: see whose it is."""
    follow_up = max(state.looks.identity_follow_up, NEEDED)
    return replace(state, looks=replace(state.looks, identity_follow_up=follow_up), distances=())


def _keep(state: RulesState, at_s: float, distance: float) -> RulesState:
    recent = (d for d in state.distances if at_s - d.at_s <= WINDOW_S)
    return replace(state, distances=(*recent, Distance(at_s, distance))[-KEPT:])


def _follow_up(state: RulesState, *, far: bool) -> RulesState:
    """A picture against what is believed now makes the next frames look again."""
    surprising = far != state.hold(Signal.DIFFERENT_PERSON).is_open
    left = FOLLOW_UP_LOOKS if surprising else max(0, state.looks.identity_follow_up - 1)
    return replace(state, looks=replace(state.looks, identity_follow_up=left))


def _sighting(middle: float, pictures: int, threshold: float) -> Sighting:
    return Sighting(
        phrase="Face unlike the one at check-in",
        detail=(
            f"median distance {middle:.2f} of {pictures} good pictures; "
            f"the same person is usually under {SAME_PERSON:.2f}"
        ),
        confidence=min(0.95, 0.5 + 2.0 * max(0.0, middle - threshold)),
        numbers=(("median_distance", round(middle, 4)), ("pictures", float(pictures))),
        rank=round(middle, 2),
    )
