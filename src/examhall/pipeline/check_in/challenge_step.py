"""Turn left and right in an order that nobody knows before: a photograph or a film does not follow."""

from examhall.application.ports.vision import Look
from examhall.domain.check_in import Advice, StepState, Target
from examhall.domain.observation import SpeechObserved
from examhall.pipeline.check_in.facts import CheckFacts, advice_on

TURN_DEG = 15.0
CENTRE_DEG = 8.0
LIMIT_S = 12.0
HELD_FRAMES = 2
WRONG_ALLOWED = 1  # people confuse left and right
_HINT_AFTER_S = 2.0


class ChallengeStep:
    """turns: TURN_LEFT and TURN_RIGHT in any order; the candidate's left is the image's right, yaw up."""

    def __init__(self, turns: tuple[Target, ...], centre_deg: float | None, now_s: float) -> None:
        self._turns = turns
        self._centre_deg = centre_deg
        self._done = 0
        self._back = centre_deg is None  # begin at the centre when it is not known
        self._asked_at_s = now_s
        self._held = self._held_wrong = self._wrong = 0
        self._state = StepState.RUNNING
        self._advice: Advice | None = None

    @property
    def state(self) -> StepState:
        return self._state

    @property
    def target(self) -> Target | None:
        if self._state is not StepState.RUNNING:
            return None
        return Target.CENTRE if self._back else self._turns[self._done]

    @property
    def progress(self) -> float:
        return self._done / len(self._turns)

    @property
    def advice(self) -> Advice | None:
        return self._advice

    def wants(self, at_s: float) -> frozenset[Look]:  # noqa: ARG002 - the same all the time
        return frozenset({Look.HEAD})

    def see(self, facts: CheckFacts) -> None:
        if self._state is StepState.RUNNING:
            yaw = facts.head.yaw_deg if facts.head is not None and facts.alone else None
            if yaw is not None:
                self._advice = None
                self._turned(yaw, facts.at_s)
            elif not facts.alone:  # a head turned far cannot be measured; that needs no advice
                self._advice = advice_on(facts)
        self.pass_time(facts.at_s)

    def hear(self, sound: SpeechObserved) -> None:
        """Nothing: this step only looks."""

    def pass_time(self, now_s: float) -> None:
        if self._state is StepState.RUNNING and now_s - self._asked_at_s >= LIMIT_S:
            self._state = StepState.FAILED

    def _turned(self, yaw_deg: float, at_s: float) -> None:
        if self._centre_deg is None:
            self._centre_deg = yaw_deg
        off_deg = yaw_deg - self._centre_deg
        if self._back:
            if abs(off_deg) <= CENTRE_DEG:
                self._ask(back=False, at_s=at_s)
            return
        if self._turns[self._done] is Target.TURN_RIGHT:
            off_deg = -off_deg
        self._held = self._held + 1 if off_deg >= TURN_DEG else 0
        self._held_wrong = self._held_wrong + 1 if off_deg <= -TURN_DEG else 0
        if self._held >= HELD_FRAMES:
            self._done += 1
            if self._done == len(self._turns):
                self._state = StepState.PASSED
            else:
                self._ask(back=True, at_s=at_s)
        elif self._held_wrong >= HELD_FRAMES:
            self._wrong += 1
            if self._wrong > WRONG_ALLOWED:
                self._state = StepState.FAILED
            else:
                self._ask(back=True, at_s=at_s)
        elif off_deg < TURN_DEG and at_s - self._asked_at_s >= _HINT_AFTER_S:
            self._advice = Advice.TURN_FURTHER

    def _ask(self, *, back: bool, at_s: float) -> None:
        self._back = back
        self._asked_at_s = at_s
        self._held = self._held_wrong = 0
