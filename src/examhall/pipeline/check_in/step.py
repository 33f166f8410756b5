"""What each step of the camera check looks like to the check."""

from typing import Protocol

from examhall.application.ports.vision import Look
from examhall.domain.check_in import Advice, StepState, Target
from examhall.domain.observation import SpeechObserved
from examhall.pipeline.check_in.facts import CheckFacts


class StepRun(Protocol):
    """One run of one step. `state` is RUNNING until it is known how the step went."""

    @property
    def state(self) -> StepState: ...
    @property
    def target(self) -> Target | None: ...
    @property
    def progress(self) -> float:
        """0..1"""
        ...

    @property
    def advice(self) -> Advice | None: ...

    def wants(self, at_s: float) -> frozenset[Look]:
        """Which looks a picture of this moment should get; empty: none is needed."""
        ...

    def see(self, facts: CheckFacts) -> None: ...

    def hear(self, sound: SpeechObserved) -> None: ...

    def pass_time(self, now_s: float) -> None: ...
