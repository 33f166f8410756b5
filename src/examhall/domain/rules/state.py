"""What the rules remember between observations; saved every few seconds, so plain values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from examhall.domain.policy import Policy, Signal, SignalRule
from examhall.domain.rules import hold as holds
from examhall.domain.rules.hold import Changes, Hold, Sighting


@dataclass(frozen=True, slots=True)
class Scans:
    """The memory of face scans. Counts are faces, scores best first."""

    fine_count: int | None = None  # stands until the next fine scan
    fine_at_s: float | None = None
    coarse_count: int | None = None
    follow_up: int = 0  # how many of the next frames are to be fine
    recheck: bool = False  # the coarse count changed: look closely once
    recheck_at_s: float | None = None
    face_at_s: float | None = None  # when a face last counted, None: not in the newest frame


@dataclass(frozen=True, slots=True)
class Camera:
    """The memory of camera quality. `blocked`: the last frame showed nothing usable."""

    exact_hash: int | None = None
    repeats: int = 0  # frames in a row equal to the one before
    blocked: bool = False
    sharpness: float | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """Something of the page that is on or off. Not confirmed: only a late event says that it is on."""

    on: bool = False
    confirmed: bool = True
    at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RulesState:
    """Everything the rules know of one attempt. Times: seconds on the attempt's clock."""

    now_s: float = 0.0
    watching: bool = False
    connected: bool = True
    interval_s: float | None = None  # the sampling now asked of the page; None: the policy's
    scans: Scans = Scans()
    camera: Camera = Camera()
    levels: Mapping[Signal, Level] = field(default_factory=dict)
    holds: Mapping[Signal, Hold] = field(default_factory=dict)

    @property
    def sees(self) -> bool:
        """Whether what comes from the page counts at this moment."""
        return self.watching and self.connected

    def level(self, signal: Signal) -> Level:
        return self.levels.get(signal, Level())

    def hold(self, signal: Signal) -> Hold:
        return self.holds.get(signal, Hold())

    def with_level(self, signal: Signal, level: Level) -> "RulesState":
        return replace(self, levels={**self.levels, signal: level})

    def with_hold(self, signal: Signal, hold: Hold) -> "RulesState":
        return replace(self, holds={**self.holds, signal: hold})


def rule_of(policy: Policy, signal: Signal) -> SignalRule | None:
    """Return the signal's rule, or None when the policy has it off."""
    rule = policy.signals.get(signal)
    return rule if rule is not None and rule.enabled else None


def max_gap_s(state: RulesState, policy: Policy) -> float:
    """Return the longest time between two frames that still counts: two sampling intervals."""
    return 2.0 * (policy.scan.interval_s if state.interval_s is None else state.interval_s)


def sample(
    state: RulesState,
    policy: Policy,
    signal: Signal,
    at_s: float,
    gap_s: float,
    *,
    holds_now: bool,
    sighting: Sighting | None = None,
) -> tuple[RulesState, Changes]:
    """Sample one signal, if the policy has it on; see `hold.sample`."""
    rule = rule_of(policy, signal)
    if rule is None:
        return state, ()
    hold, changes = holds.sample(
        state.hold(signal), signal, rule, at_s, gap_s, holds=holds_now, sighting=sighting
    )
    return state.with_hold(signal, hold), changes


def freeze(state: RulesState, *signals: Signal) -> RulesState:
    """Stop the clocks of these signals until their next sample."""
    frozen = {s: holds.freeze(state.holds[s]) for s in signals if s in state.holds}
    return replace(state, holds={**state.holds, **frozen}) if frozen else state
