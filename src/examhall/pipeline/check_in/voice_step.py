"""Read a short sentence aloud: the microphone works, and this voice is heard as speech."""

from examhall.application.ports.vision import Look
from examhall.domain.check_in import Advice, StepState, Target
from examhall.domain.observation import SpeechObserved
from examhall.pipeline.check_in.facts import CheckFacts

SPEECH_S = 1.5
LIMIT_S = 20.0
_SPEECH_SHARE = 0.5
_SILENT_DBFS = -65.0
_QUIET_DBFS = -45.0
_HINT_AFTER_S = 3.0


class VoiceStep:
    """Counts the seconds in which most of the sound was speech."""

    target: Target | None = None

    def __init__(self, now_s: float) -> None:
        self._began_s = self._now_s = now_s
        self._speech_s = 0.0
        self._loudest_dbfs: float | None = None
        self._state = StepState.RUNNING

    @property
    def state(self) -> StepState:
        return self._state

    @property
    def progress(self) -> float:
        return min(1.0, self._speech_s / SPEECH_S)

    @property
    def advice(self) -> Advice | None:
        if self._state is StepState.PASSED or self._now_s - self._began_s < _HINT_AFTER_S:
            return None
        if self._loudest_dbfs is None or self._loudest_dbfs < _SILENT_DBFS:
            return Advice.NO_SOUND
        return Advice.SPEAK_LOUDER if self._loudest_dbfs < _QUIET_DBFS else None

    def wants(self, at_s: float) -> frozenset[Look]:  # noqa: ARG002 - never any
        return frozenset()

    def see(self, facts: CheckFacts) -> None:
        self.pass_time(facts.at_s)

    def hear(self, sound: SpeechObserved) -> None:
        self._loudest_dbfs = max(sound.level_dbfs, self._loudest_dbfs or sound.level_dbfs)
        if self._state is StepState.RUNNING and sound.speech_share >= _SPEECH_SHARE:
            self._speech_s += sound.duration_s * sound.speech_share
            if self._speech_s >= SPEECH_S:
                self._state = StepState.PASSED
        self.pass_time(sound.at_s)

    def pass_time(self, now_s: float) -> None:
        self._now_s = max(self._now_s, now_s)
        if self._state is StepState.RUNNING and self._now_s - self._began_s >= LIMIT_S:
            self._state = StepState.FAILED

    @property
    def mistrust(self) -> str:
        """Why speech cannot be trusted when the step failed."""
        if self._loudest_dbfs is None or self._loudest_dbfs < _SILENT_DBFS:
            return "No sound came from the microphone during the camera check."
        return "The candidate's reading was not heard as speech during the camera check."
