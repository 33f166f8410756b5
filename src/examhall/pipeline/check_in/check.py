"""The camera check: which step runs, what the page is shown, and what follows for the detectors."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from examhall.application.ports.vision import Look
from examhall.application.seeing import Embedding
from examhall.domain.check_in import (
    CheckInResult,
    CheckInStep,
    CheckInView,
    DetectorTrust,
    StepState,
    StepView,
    Target,
)
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.observation import Calibration, Detector, SpeechObserved
from examhall.pipeline.check_in.calibrate_step import CalibrateStep
from examhall.pipeline.check_in.challenge_step import ChallengeStep
from examhall.pipeline.check_in.face_step import FaceStep
from examhall.pipeline.check_in.facts import CheckFacts, CheckPlan
from examhall.pipeline.check_in.step import StepRun
from examhall.pipeline.check_in.voice_step import VoiceStep

Turns = Callable[[], tuple[Target, ...]]

# The points fill the candidate's whole screen: they begin when the page says so.
_WAITS_FOR_THE_PAGE = frozenset({CheckInStep.CALIBRATE})


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The enrolled face, and the good pictures' embeddings that it is the median of."""

    template: Embedding = field(repr=False)
    embeddings: tuple[Embedding, ...] = field(repr=False)


class CameraCheck:
    """One check of one attempt; pure: it is shown facts and told the time (the attempt's clock, seconds).

    turns: gives the order of the challenge anew each time. A step that failed stays until it is begun
    again or skipped; a skipped one counts as failed if it was tried.
    """

    def __init__(self, plan: CheckPlan, turns: Turns) -> None:
        self._plan = plan
        self._turns = turns
        self._states = dict.fromkeys(plan.steps, StepState.PENDING)
        self._current = plan.steps[0]
        self._runs: dict[CheckInStep, StepRun] = {}
        self._face: FaceStep | None = None
        self._calibrate: CalibrateStep | None = None
        self._voice: VoiceStep | None = None

    # ---- what the page asks ----------------------------------------------------------------------

    def begin(self, step: CheckInStep | None, now_s: float) -> None:
        """Begin a step anew; None begins the check, or changes nothing when it has begun.

        Raises `ExamhallError` `check_in_step_unknown` for a step that this exam does not have.
        """
        if step is None:
            if not self._runs and self._states[self._current] is StepState.PENDING:
                self._start(self._current, now_s)
            return
        self._require(step)
        self._start(step, now_s)

    def skip(self, step: CheckInStep, now_s: float) -> None:
        """Go on without it. Raises as `begin`."""
        self._require(step)
        if self._states[step] is not StepState.FAILED:
            self._states[step] = StepState.SKIPPED
        if self._current is step:
            self._go_on(now_s)

    def finish(self) -> None:
        """The exam begins: what was not done counts as skipped."""
        for step, state in self._states.items():
            if state in {StepState.PENDING, StepState.RUNNING}:
                self._states[step] = StepState.SKIPPED
        self._current = CheckInStep.DONE

    # ---- what is seen ----------------------------------------------------------------------------

    @property
    def running(self) -> StepRun | None:
        """The step that pictures and sound are for now."""
        if self._current is CheckInStep.DONE or self._states[self._current] is not StepState.RUNNING:
            return None
        return self._runs[self._current]

    def wants(self, at_s: float) -> frozenset[Look]:
        running = self.running
        return frozenset() if running is None else running.wants(at_s)

    @property
    def wants_pictures(self) -> bool:
        """Whether pictures should come faster than the exam's."""
        return self.running is not None and self._current is not CheckInStep.VOICE

    def see(self, facts: CheckFacts) -> None:
        running = self.running
        if running is not None:
            running.see(facts)
            self._settle(running, facts.at_s)

    def hear(self, sound: SpeechObserved) -> None:
        running = self.running
        if running is not None:
            running.hear(sound)
            self._settle(running, sound.at_s)

    def pass_time(self, now_s: float) -> None:
        running = self.running
        if running is not None:
            running.pass_time(now_s)
            self._settle(running, now_s)

    # ---- what came of it -------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        return self._current is CheckInStep.DONE

    @property
    def view(self) -> CheckInView:
        run = None if self.done else self._runs.get(self._current)
        return CheckInView(
            step=self._current,
            target=None if run is None else run.target,
            progress=0.0 if run is None else round(run.progress, 2),
            advice=None if run is None else run.advice,
            steps=self._steps(),
            detectors=self.detectors if self.done else (),
        )

    @property
    def enrolled(self) -> Enrolled | None:
        face = self._face
        if face is None or face.template is None or self._states[CheckInStep.FACE] is StepState.SKIPPED:
            return None
        return Enrolled(face.template, face.embeddings)

    @property
    def detectors(self) -> tuple[DetectorTrust, ...]:
        """Every detector that was tried, in the order of the enumeration."""
        reasons = {one: self._mistrust(one) for one in Detector if one in self._plan.tried}
        return tuple(DetectorTrust(one, reason is None, reason or "") for one, reason in reasons.items())

    @property
    def result(self) -> CheckInResult:
        return CheckInResult(self._steps(), self._calibration(), self.detectors)

    # ---- inside ----------------------------------------------------------------------------------

    def _require(self, step: CheckInStep) -> None:
        if step not in self._states:
            raise ExamhallError(
                ErrorKind.INVALID, "check_in_step_unknown", f"This camera check has no step {step.value}."
            )

    def _start(self, step: CheckInStep, now_s: float) -> None:
        if self._current is not step and self._states.get(self._current) is StepState.RUNNING:
            self._states[self._current] = StepState.PENDING  # left for another one
        self._current = step
        self._states[step] = StepState.RUNNING
        match step:
            case CheckInStep.FACE:
                self._face = self._runs[step] = FaceStep(self._plan, now_s)
            case CheckInStep.CALIBRATE:
                self._calibrate = self._runs[step] = CalibrateStep(now_s)
            case CheckInStep.CHALLENGE:
                self._runs[step] = ChallengeStep(self._turns(), self._centre_deg(), now_s)
            case CheckInStep.VOICE:
                self._voice = self._runs[step] = VoiceStep(now_s)
            case CheckInStep.DONE:
                raise AssertionError("no step of any plan")

    def _settle(self, running: StepRun, now_s: float) -> None:
        self._states[self._current] = running.state
        if running.state is StepState.PASSED:
            self._go_on(now_s)

    def _go_on(self, now_s: float) -> None:
        """To the first step that waits; done when none does, and no failed one waits for an answer."""
        for step, state in self._states.items():
            if state is StepState.PENDING:
                self._current = step
                if step not in _WAITS_FOR_THE_PAGE:
                    self._start(step, now_s)
                return
        self._current = CheckInStep.DONE

    def _steps(self) -> tuple[StepView, ...]:
        return tuple(StepView(step, state) for step, state in self._states.items())

    def _centre_deg(self) -> float | None:
        if self._calibrate is not None and self._calibrate.yaw_deg is not None:
            return self._calibrate.yaw_deg
        return None if self._face is None else self._face.yaw_deg

    def _calibration(self) -> Calibration | None:
        """Without the eyes when these could not be followed on this face."""
        if self._states.get(CheckInStep.CALIBRATE) is not StepState.PASSED or self._calibrate is None:
            return None
        found = self._calibrate.calibration
        if found is not None and self._untrusted_at_the_trial(Detector.GAZE) is not None:
            return replace(
                found,
                gaze_horizontal_low=None,
                gaze_horizontal_high=None,
                gaze_vertical_low=None,
                gaze_vertical_high=None,
            )
        return found

    def _untrusted_at_the_trial(self, detector: Detector) -> str | None:
        """What looking straight ahead showed. A step that was hardly begun says nothing against anybody."""
        face = self._face
        return face.mistrust(detector) if face is not None and face.tried else None

    def _mistrust(self, detector: Detector) -> str | None:
        match detector:
            case Detector.IDENTITY:
                return self._mistrust_identity()
            case Detector.GAZE:
                return self._mistrust_gaze()
            case Detector.SPEECH:
                return self._mistrust_speech()
            case _:
                # Of a step that was not done depends the eyes' range alone: the head goes on with the usual
                # one. A challenge is the proctor's to judge: it must not switch off what it asks about.
                return self._untrusted_at_the_trial(detector)

    def _mistrust_speech(self) -> str | None:
        if self._states.get(CheckInStep.VOICE) is StepState.FAILED and self._voice is not None:
            return self._voice.mistrust
        return self._undone(CheckInStep.VOICE)

    def _mistrust_identity(self) -> str | None:
        if self.enrolled is not None:
            return None
        return (
            self._untrusted_at_the_trial(Detector.IDENTITY) or "No face was enrolled: the step was skipped."
        )

    def _mistrust_gaze(self) -> str | None:
        reason = self._untrusted_at_the_trial(Detector.GAZE) or self._undone(CheckInStep.CALIBRATE)
        if reason is not None:
            return reason
        found = self._calibration()
        if found is not None and found.gaze_horizontal_low is None:
            return "The eyes were not seen to follow the points on the screen."
        return None

    def _undone(self, step: CheckInStep) -> str | None:
        """Why what depends on this step is off, None when the step passed."""
        state = self._states.get(step)
        if state in {StepState.PASSED, None}:
            return None
        verb = "did not succeed" if state is StepState.FAILED else "was skipped"
        return f"{_STEP_WORDS[step]} {verb} at the camera check."


_STEP_WORDS = {
    CheckInStep.FACE: "Looking straight ahead",
    CheckInStep.CALIBRATE: "Looking at the corners of the screen",
    CheckInStep.CHALLENGE: "Turning left and right",
    CheckInStep.VOICE: "Reading a sentence aloud",
}


def off(detectors: tuple[DetectorTrust, ...]) -> tuple[Detector, ...]:
    """Those that cannot be trusted."""
    return tuple(one.detector for one in detectors if not one.trusted)
