"""What the rules remember between observations; saved every few seconds, so plain values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from examhall.domain.bandwidth import PICTURES_EVERY, BandwidthRung
from examhall.domain.observation import Calibration, Detector, FaceBox
from examhall.domain.policy import Policy, Signal, SignalRule, is_shadow
from examhall.domain.rules import hold as holds
from examhall.domain.rules.hold import Changes, Hold, Sighting

TICK_GAP_S = 2.0  # two ticks of `TimePassed`
MOST_SLOWED = 3.0  # see `slowed_s`


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
    gone_at_s: float | None = None  # since when no face is seen at all, None: one is
    faces: tuple[FaceBox, ...] = ()  # of the newest frame, at most `FACES_KEPT`
    frame_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Camera:
    """The memory of camera quality. `blocked`: the last frame showed nothing usable.

    came_at_s: when the last frame came or the waiting for one began. held_since_s: since when the page says
    that the network is too slow for pictures.
    """

    exact_hash: int | None = None
    repeats: int = 0  # frames in a row equal to the one before
    blocked: bool = False
    sharpness: float | None = None
    came_at_s: float | None = None
    held_since_s: float | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """When each closer look was last answered, and how many of objects are to follow a first hit."""

    head_at_s: float | None = None
    identity_at_s: float | None = None
    objects_at_s: float | None = None
    identity_follow_up: int = 0
    objects_follow_up: int = 0


@dataclass(frozen=True, slots=True)
class Distance:
    """One trusted comparison with the enrolled face."""

    at_s: float
    distance: float


@dataclass(frozen=True, slots=True)
class Track:
    """One kind of object since its first hit: in how many looks it was seen, and how well."""

    hit_at_s: float
    hits: int = 1
    looks: int = 1
    best_score: float = 0.0


@dataclass(frozen=True, slots=True)
class Mouth:
    """How far the mouth was open (lip gap / mouth width) in one trusted picture."""

    at_s: float
    open: float


@dataclass(frozen=True, slots=True)
class Voice:
    """The memory of the microphone. A stretch is speech without a longer pause; burst_at_s: when a burst of
    pictures for the lips was last asked for; `mouths` are the newest, at most `MOUTHS_KEPT`."""

    chunk_end_s: float | None = None
    stretch_began_s: float | None = None
    stretch_end_s: float | None = None
    burst_at_s: float | None = None
    mouths: tuple[Mouth, ...] = ()


@dataclass(frozen=True, slots=True)
class Pictures:
    """The newest pictures of a camera that works, oldest first, as 32 bits of the exact hash and 64 of the
    fingerprint; `repeats`: how many of the newest came again. Bounded by `PICTURES_KEPT`."""

    exact: tuple[int, ...] = ()
    fingerprints: tuple[int, ...] = ()
    repeat_at_s: tuple[float, ...] = ()
    looped: int = 0  # looks in a row that found the sequence again
    since_look: int = 0
    frame_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Liveliness:
    """How a face usually is, and when it last did what only living faces do. Units as in `HeadObserved`."""

    alive_at_s: float
    head_at_s: float
    yaw_deg: float
    pitch_deg: float
    mouth_open: float | None = None
    eyes_open: float | None = None
    gaze_horizontal: float | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """What is known of the camera; `told`: it has been counted while the exam was live."""

    virtual_score: float
    reasons: tuple[str, ...]
    told: bool = False


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
    rung: BandwidthRung = BandwidthRung.FULL
    scans: Scans = Scans()
    camera: Camera = Camera()
    calibration: Calibration | None = None
    detectors_off: tuple[Detector, ...] = ()  # sorted
    looks: Looks = Looks()
    distances: tuple[Distance, ...] = ()  # the newest, at most `identity.KEPT`
    tracks: Mapping[Signal, Track] = field(default_factory=dict)
    voice: Voice = Voice()
    pictures: Pictures = Pictures()
    liveliness: Liveliness | None = None
    device: Device | None = None
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


DETECTOR_SIGNALS: Mapping[Detector, frozenset[Signal]] = {
    Detector.FACES: frozenset({Signal.NO_FACE, Signal.MULTIPLE_FACES}),
    Detector.HEAD: frozenset({Signal.LOOKING_AWAY, Signal.SPOOF}),
    Detector.GAZE: frozenset(),  # looking_away goes on with the head alone
    Detector.IDENTITY: frozenset({Signal.DIFFERENT_PERSON}),
    Detector.PHONE: frozenset({Signal.PHONE}),
    Detector.BOOK: frozenset({Signal.BOOK}),
    Detector.LAPTOP: frozenset({Signal.LAPTOP}),
    Detector.PERSONS: frozenset({Signal.PERSON_IN_BACKGROUND}),
    Detector.SPEECH: frozenset({Signal.SPEECH}),
    Detector.LIVENESS: frozenset({Signal.SPOOF}),
}


def is_off(state: RulesState, signal: Signal) -> bool:
    """Whether what the signal depends on cannot be trusted on this attempt."""
    return any(signal in DETECTOR_SIGNALS[detector] for detector in state.detectors_off)


def asked(state: RulesState, policy: Policy, signal: Signal) -> bool:
    """Whether the signal is on, in the policy and on this attempt."""
    return rule_of(policy, signal) is not None and not is_off(state, signal)


def explains(state: RulesState, policy: Policy, cause: Signal, signal: Signal) -> bool:
    """Whether a finding of `cause` stands for one of `signal` too: one cause, one incident.

    A shadow signal stands for no shown one: nobody would be told anything.
    """
    return asked(state, policy, cause) and (not is_shadow(policy, cause) or is_shadow(policy, signal))


def interval_s(state: RulesState, policy: Policy) -> float:
    """Return how often a picture may be expected now: as often as the page is asked for one, or as its
    line allows."""
    asked_s = policy.scan.interval_s if state.interval_s is None else state.interval_s
    return asked_s * PICTURES_EVERY.get(state.rung, 1.0)


def max_gap_s(state: RulesState, policy: Policy) -> float:
    """Return the longest time between two frames that still counts: two sampling intervals."""
    return 2.0 * interval_s(state, policy)


def slowed_s(state: RulesState, policy: Policy, period_s: float) -> float:
    """Return the period of a closer look while the server asks for fewer pictures: longer in proportion, at most
    three times.

    Otherwise each of the few pictures would get every look and cost more than the many did, and a server that is
    out of breath would never catch up.
    """
    slowed = 1.0 if state.interval_s is None else state.interval_s / policy.scan.interval_s
    return period_s * min(MOST_SLOWED, max(1.0, slowed))


def look_gap_s(state: RulesState, policy: Policy, period_s: float) -> float:
    """Return the longest time between two closer looks that still counts: a period and two intervals."""
    return max(0.0, slowed_s(state, policy, period_s)) + max_gap_s(state, policy)


def sample(
    state: RulesState,
    policy: Policy,
    signal: Signal,
    at_s: float,
    gap_s: float,
    *,
    holds_now: bool,
    sighting: Sighting | None = None,
    min_positives: int = holds.MIN_POSITIVES,
) -> tuple[RulesState, Changes]:
    """Sample one signal, if it is on; see `hold.sample`. Where its detector is off it stands still."""
    rule = rule_of(policy, signal)
    if rule is None:
        return state, ()
    if is_off(state, signal):
        return freeze(state, signal), ()
    hold, changes = holds.sample(
        state.hold(signal), signal, rule, at_s, gap_s,
        holds=holds_now, sighting=sighting, min_positives=min_positives,
    )  # fmt: skip
    return state.with_hold(signal, hold), changes


def count(
    state: RulesState, policy: Policy, signal: Signal, at_s: float, sighting: Sighting
) -> tuple[RulesState, Changes]:
    """Count one event of a momentary signal, if it is on; see `hold.count`."""
    rule = rule_of(policy, signal)
    if rule is None or is_off(state, signal):
        return state, ()
    hold, changes = holds.count(state.hold(signal), signal, rule, at_s, sighting)
    return state.with_hold(signal, hold), changes


def freeze(state: RulesState, *signals: Signal) -> RulesState:
    """Stop the clocks of these signals until their next sample."""
    frozen = {s: holds.freeze(state.holds[s]) for s in signals if s in state.holds}
    return replace(state, holds={**state.holds, **frozen}) if frozen else state
