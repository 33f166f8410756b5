"""Look at the corners of the screen: how far this candidate's head and eyes go when they read."""

from collections.abc import Callable
from statistics import median

from examhall.application.ports.vision import HeadFacts, Look
from examhall.domain.check_in import Advice, StepState, Target
from examhall.domain.observation import Calibration, SpeechObserved
from examhall.pipeline.check_in.facts import CheckFacts, advice_on

TARGETS = (Target.CENTRE, Target.TOP_LEFT, Target.TOP_RIGHT, Target.BOTTOM_RIGHT, Target.BOTTOM_LEFT)
READ_FIRST_S = 1.0  # the first point comes with a few words
SETTLE_S = 0.5  # the page shows the point, the eyes go there
LOOK_S = 1.0
LIMIT_S = 6.0
MIN_SAMPLES = 3
# Wider than any screen is seen: somebody moved about.
_MAX_YAW_DEG, _MAX_PITCH_DEG = 70.0, 50.0
# Eye widths between the means of opposite sides below which the order says nothing.
_MIN_GAZE_STEP = 0.01

Number = Callable[[HeadFacts], float | None]

_LEFT = (Target.TOP_LEFT, Target.BOTTOM_LEFT)
_RIGHT = (Target.TOP_RIGHT, Target.BOTTOM_RIGHT)
_TOP = (Target.TOP_LEFT, Target.TOP_RIGHT)
_BOTTOM = (Target.BOTTOM_LEFT, Target.BOTTOM_RIGHT)


class CalibrateStep:
    """Five points, one after the other; each waits until it was seen often enough."""

    def __init__(self, now_s: float) -> None:
        self._shown = 0
        self._shown_at_s = now_s + READ_FIRST_S
        self._state = StepState.RUNNING
        self._samples: dict[Target, list[HeadFacts]] = {target: [] for target in TARGETS}
        self._advice: Advice | None = None

    @property
    def state(self) -> StepState:
        return self._state

    @property
    def target(self) -> Target | None:
        return TARGETS[self._shown] if self._state is StepState.RUNNING else None

    @property
    def progress(self) -> float:
        return self._shown / len(TARGETS)

    @property
    def advice(self) -> Advice | None:
        return self._advice

    def wants(self, at_s: float) -> frozenset[Look]:  # noqa: ARG002 - the same all the time
        return frozenset({Look.HEAD})

    def see(self, facts: CheckFacts) -> None:
        if self._state is not StepState.RUNNING:
            return
        head = facts.head if facts.alone else None
        known = head is not None and head.yaw_deg is not None and head.pitch_deg is not None
        self._advice = None if known else advice_on(facts) or Advice.FACE_THE_CAMERA
        looked_s = facts.at_s - self._shown_at_s
        samples = self._samples[TARGETS[self._shown]]
        settled = min(looked_s, facts.since_asked_s) >= SETTLE_S
        if head is not None and known and settled:
            samples.append(head)
        if looked_s >= SETTLE_S + LOOK_S and len(samples) >= MIN_SAMPLES:
            self._next(facts.at_s)
        self.pass_time(facts.at_s)

    def hear(self, sound: SpeechObserved) -> None:
        """Nothing: this step only looks."""

    def pass_time(self, now_s: float) -> None:
        if self._state is StepState.RUNNING and now_s - self._shown_at_s >= LIMIT_S:
            self._state = StepState.FAILED

    def _next(self, now_s: float) -> None:
        if self._shown + 1 < len(TARGETS):
            self._shown += 1
            self._shown_at_s = now_s
            return
        self._state = StepState.PASSED if self._sane() else StepState.FAILED

    def _sane(self) -> bool:
        found = self.calibration
        return (
            found is not None
            and found.yaw_high_deg - found.yaw_low_deg <= _MAX_YAW_DEG
            and found.pitch_high_deg - found.pitch_low_deg <= _MAX_PITCH_DEG
        )

    # ---- what it found ---------------------------------------------------------------------------

    @property
    def yaw_deg(self) -> float | None:
        """Looking at the centre."""
        seen = [one.yaw_deg for one in self._samples[Target.CENTRE] if one.yaw_deg is not None]
        return median(seen) if seen else None

    @property
    def calibration(self) -> Calibration | None:
        """The ranges of the medians at the points; None while a point is missing.

        Gaze is None where too few pictures show it, or where the eyes did not follow the points: at the
        candidate's left they go to the image's right, and up at the top.
        """
        yaw = self._medians(lambda one: one.yaw_deg)
        pitch = self._medians(lambda one: one.pitch_deg)
        if yaw is None or pitch is None:
            return None
        across = self._ordered(lambda one: one.gaze_horizontal, more=_LEFT, less=_RIGHT)
        upward = self._ordered(lambda one: one.gaze_vertical, more=_TOP, less=_BOTTOM)
        return Calibration(
            yaw_low_deg=min(yaw.values()),
            yaw_high_deg=max(yaw.values()),
            pitch_low_deg=min(pitch.values()),
            pitch_high_deg=max(pitch.values()),
            gaze_horizontal_low=min(across.values()) if across else None,
            gaze_horizontal_high=max(across.values()) if across else None,
            gaze_vertical_low=min(upward.values()) if upward else None,
            gaze_vertical_high=max(upward.values()) if upward else None,
        )

    def _medians(self, number: Number) -> dict[Target, float] | None:
        found: dict[Target, float] = {}
        for target, samples in self._samples.items():
            known = [value for one in samples if (value := number(one)) is not None]
            if len(known) < MIN_SAMPLES:
                return None
            found[target] = median(known)
        return found

    def _ordered(
        self, number: Number, *, more: tuple[Target, ...], less: tuple[Target, ...]
    ) -> dict[Target, float] | None:
        found = self._medians(number)
        if found is None:
            return None
        step = sum(found[t] for t in more) / len(more) - sum(found[t] for t in less) / len(less)
        return found if step >= _MIN_GAZE_STEP else None
