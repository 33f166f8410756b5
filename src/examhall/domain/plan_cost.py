"""What a policy's plan costs per candidate: how often each step runs, times what one run takes.

The counts follow from the plan alone; follow-ups after something was seen come on top, so the figure is that
of a calm candidate. Sound and the bursts for the lips cost only while there is sound.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from examhall.domain.policy import Policy, Recording, ScanPlan, Signal

CHUNK_S = 0.5  # a piece of sound on the wire

HEAD_SIGNALS = frozenset({Signal.LOOKING_AWAY, Signal.SPOOF})
OBJECT_SIGNALS = frozenset({Signal.PHONE, Signal.BOOK, Signal.LAPTOP, Signal.PERSON_IN_BACKGROUND})


class Step(StrEnum):
    """What a worker spends time on. `FRAME`: decode, quality and thumbnail of every frame."""

    FRAME = "frame"
    COARSE = "coarse"
    FINE = "fine"  # with its own decode of all pixels
    HEAD = "head"
    IDENTITY = "identity"
    OBJECTS = "objects"
    SOUND = "sound"  # one piece of half a second


@dataclass(frozen=True, slots=True)
class StepCost:
    """What one run of a step takes on one core, CPU milliseconds."""

    step: Step
    run_ms: float


# One run each on one core of a server processor of 2020 or later with nothing else to do, rounded; every machine
# differs, so what is shown by these is called "about", and `examhall plan` measures one's own.
REFERENCE_COSTS = (
    StepCost(Step.FRAME, 1.0),
    StepCost(Step.COARSE, 7.0),
    StepCost(Step.FINE, 30.0),
    StepCost(Step.HEAD, 4.0),
    StepCost(Step.IDENTITY, 4.0),
    StepCost(Step.OBJECTS, 27.0),
    StepCost(Step.SOUND, 1.4),
)
BUSY_SHARE = 0.80  # of a core; above it sampling slows down

# What the page asks its recorder for, bits per second, in full quality.
_CAMERA_BPS = 250_000
_SCREEN_BPS = 250_000
_RECORDED_BPS = {
    Recording.OFF: 0,
    Recording.CAMERA: _CAMERA_BPS,
    Recording.CAMERA_AND_SCREEN: _CAMERA_BPS + _SCREEN_BPS,
}


def recording_bytes_per_hour(recording: Recording) -> int:
    """What a candidate-hour takes of the store at most; a slow line makes it less."""
    return _RECORDED_BPS[recording] * 3600 // 8


@dataclass(frozen=True, slots=True)
class PlanRow:
    """runs_per_s: for a quiet candidate; talking_runs_per_s: for one who talks all the time."""

    step: Step
    run_ms: float
    runs_per_s: float
    talking_runs_per_s: float

    @property
    def ms_per_s(self) -> float:
        return self.run_ms * self.runs_per_s

    @property
    def talking_ms_per_s(self) -> float:
        return self.run_ms * self.talking_runs_per_s


@dataclass(frozen=True, slots=True)
class PlanCost:
    """CPU milliseconds per candidate-second, in all and by step."""

    rows: tuple[PlanRow, ...]

    @property
    def quiet_ms_per_s(self) -> float:
        return sum(row.ms_per_s for row in self.rows)

    @property
    def talking_ms_per_s(self) -> float:
        return sum(row.talking_ms_per_s for row in self.rows)


def candidates_per_core(ms_per_s: float, busy_share: float) -> int:
    """How many one core carries when it may be busy for `busy_share` (0..1) of the time."""
    return int(1000.0 * busy_share / ms_per_s) if ms_per_s > 0 else 0


def plan_cost(policy: Policy, costs: Collection[StepCost]) -> PlanCost:
    """Price the policy's plan. A step without a price is taken as free."""
    prices = {cost.step: cost.run_ms for cost in costs}
    quiet, talking = _runs_per_s(policy, talks=False), _runs_per_s(policy, talks=True)
    return PlanCost(tuple(PlanRow(step, prices.get(step, 0.0), quiet[step], talking[step]) for step in Step))


def _runs_per_s(policy: Policy, *, talks: bool) -> dict[Step, float]:
    plan = policy.scan
    asked = {signal for signal, rule in policy.signals.items() if rule.enabled}
    frames = 1.0 / plan.interval_s
    fine = _rate(plan.fine_period_s, frames)
    listens = talks and plan.speech and Signal.SPEECH in asked
    burst = _burst_frames_per_s(plan) if listens else 0.0
    head = _rate(plan.head_period_s, frames) if asked & HEAD_SIGNALS else 0.0
    return {
        Step.FRAME: frames + burst,
        Step.COARSE: frames - fine + burst,
        Step.FINE: fine,
        Step.HEAD: head + burst,
        Step.IDENTITY: _rate(plan.identity_period_s, frames) if Signal.DIFFERENT_PERSON in asked else 0.0,
        Step.OBJECTS: _rate(plan.objects_period_s, frames) if asked & OBJECT_SIGNALS else 0.0,
        Step.SOUND: 1.0 / CHUNK_S if listens else 0.0,
    }


def _burst_frames_per_s(plan: ScanPlan) -> float:
    """Frames of the bursts for the lips of one who talks all the time; none is asked for without the head."""
    if plan.head_period_s <= 0 or plan.burst_s <= 0 or plan.burst_interval_s <= 0:
        return 0.0
    every_s = max(plan.burst_s, plan.burst_every_s)  # as domain/rules/voice.py asks for them
    return plan.burst_s / plan.burst_interval_s / every_s


def _rate(period_s: float, frames_per_s: float) -> float:
    """A period shorter than the frames' own is every frame; 0 is never."""
    return min(frames_per_s, 1.0 / period_s) if period_s > 0 else 0.0
