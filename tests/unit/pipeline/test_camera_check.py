"""The camera check as a machine: facts and time in, steps, advice and trust out."""

from dataclasses import replace
from itertools import count

import pytest

from examhall.application.ports.vision import HeadFacts
from examhall.domain.check_in import Advice, CheckInStep, StepState, Target
from examhall.domain.errors import ExamhallError
from examhall.domain.observation import Detector, Doubt, ObjectLabel, SeenObject, SpeechObserved
from examhall.domain.policy import Preset, Signal
from examhall.domain.presets import PRESETS
from examhall.pipeline.check_in.check import CameraCheck, off
from examhall.pipeline.check_in.facts import CheckFacts, CheckPlan, plan_of
from examhall.pipeline.check_in.merge import merged

FACE = (0.1,) * 128
ALL = (CheckInStep.FACE, CheckInStep.CALIBRATE, CheckInStep.CHALLENGE, CheckInStep.VOICE)
THRESHOLDS = dict.fromkeys(ObjectLabel, 0.5)
PLAN = CheckPlan(ALL, frozenset(Detector), THRESHOLDS)
# Where a head points and eyes look, by the target: the candidate's left is the image's right, yaw up.
CORNERS = {
    Target.CENTRE: (0.0, 0.0, 0.50, 0.00),
    Target.TOP_LEFT: (9.0, 5.0, 0.58, 0.05),
    Target.TOP_RIGHT: (-8.0, 5.0, 0.42, 0.05),
    Target.BOTTOM_RIGHT: (-7.0, -6.0, 0.43, -0.04),
    Target.BOTTOM_LEFT: (8.0, -6.0, 0.57, -0.04),
    Target.TURN_LEFT: (28.0, 0.0, 0.6, 0.0),
    Target.TURN_RIGHT: (-28.0, 0.0, 0.4, 0.0),
}


def head(
    yaw: float | None = 0.0, pitch: float = 0.0, across: float | None = 0.5, up: float = 0.0
) -> HeadFacts:
    return HeadFacts(
        0, yaw, None if yaw is None else pitch, 0.0, across, up, 0.02, 0.3, 0.9, 300.0, None, None
    )


def facts(at_s: float, **changes: object) -> CheckFacts:
    plain = CheckFacts(at_s, 1, 0.4, 120.0, head(), FACE, None, ())
    return replace(plain, **changes)  # type: ignore[arg-type]


class Sitting:
    """Somebody in front of the camera, five pictures a second, who does as asked unless told otherwise."""

    def __init__(self, plan: CheckPlan = PLAN, *turns: Target) -> None:
        order = turns or (Target.TURN_RIGHT, Target.TURN_LEFT)
        self.check = CameraCheck(plan, lambda: order)
        self.now_s = 10.0

    def obey(self, at_s: float) -> CheckFacts:
        target = self.check.view.target
        return facts(at_s, head=head(*CORNERS[target or Target.CENTRE]))

    def sit(self, seconds: float, look: object = None) -> None:
        for _ in range(round(seconds / 0.2)):
            self.now_s += 0.2
            self.check.wants(self.now_s)
            self.check.see(look(self.now_s) if callable(look) else self.obey(self.now_s))

    def speak(self, seconds: float, share: float = 0.9, level: float = -20.0) -> None:
        for _ in range(round(seconds / 0.5)):
            self.now_s += 0.5
            self.check.hear(SpeechObserved(self.now_s, 0.5, share, share, level, 0.0))

    def go_to(self, step: CheckInStep) -> None:
        """Through the steps before it, all as asked."""
        self.check.begin(None, self.now_s)
        for _ in range(200):
            now = self.check.view.step
            if now is step:
                break
            if now is CheckInStep.VOICE:
                self.speak(0.5)
            else:
                self.sit(0.2)
            if now is CheckInStep.FACE and self.check.view.step is CheckInStep.CALIBRATE:
                self.check.begin(CheckInStep.CALIBRATE, self.now_s)
        assert self.check.view.step is step

    def states(self) -> dict[CheckInStep, StepState]:
        return {one.step: one.state for one in self.check.view.steps}

    def reason(self, detector: Detector) -> str | None:
        found = next(one for one in self.check.detectors if one.detector is detector)
        return None if found.trusted else found.reason


def test_somebody_who_does_as_asked_passes_and_everything_is_trusted() -> None:
    sitting = Sitting()
    sitting.go_to(CheckInStep.DONE)
    assert set(sitting.states().values()) == {StepState.PASSED}
    assert off(sitting.check.detectors) == ()
    found = sitting.check.result.calibration
    assert found is not None
    assert (found.yaw_low_deg, found.yaw_high_deg) == (-8.0, 9.0)
    assert (found.pitch_low_deg, found.pitch_high_deg) == (-6.0, 5.0)
    assert (found.gaze_horizontal_low, found.gaze_horizontal_high) == (0.42, 0.58)
    assert sitting.check.enrolled is not None
    assert sitting.check.enrolled.template == FACE


def test_only_what_the_policy_watches_is_asked_for() -> None:
    standard = PRESETS[Preset.STANDARD]
    signals = {
        s: replace(r, enabled=s in {Signal.NO_FACE, Signal.SPEECH}) for s, r in standard.signals.items()
    }
    plan = plan_of(replace(standard, signals=signals, require_microphone=False))
    assert plan.steps == (CheckInStep.FACE,)
    assert plan.tried == {Detector.FACES}
    plan = plan_of(replace(standard, signals=signals, require_microphone=True))
    assert plan.steps == (CheckInStep.FACE, CheckInStep.VOICE)


def test_the_points_wait_for_the_page() -> None:
    sitting = Sitting()
    sitting.check.begin(None, sitting.now_s)
    sitting.sit(60)
    assert sitting.check.view.step is CheckInStep.CALIBRATE
    assert sitting.states()[CheckInStep.CALIBRATE] is StepState.PENDING
    assert not sitting.check.wants_pictures


def test_a_face_of_two_people_is_not_enrolled() -> None:
    other = (0.2,) * 128  # 1.13 away
    people = iter([FACE, other] * 100)
    sitting = Sitting()
    sitting.check.begin(None, sitting.now_s)
    sitting.sit(21, lambda at_s: facts(at_s, embedding=next(people)))
    assert sitting.states()[CheckInStep.FACE] is StepState.FAILED
    assert sitting.check.enrolled is None
    assert "too unlike" in (sitting.reason(Detector.IDENTITY) or "")


def test_what_helps_is_said_and_a_step_that_failed_can_be_done_again() -> None:
    sitting = Sitting()
    sitting.check.begin(None, sitting.now_s)
    sitting.sit(2, lambda at_s: facts(at_s, faces=0, head=None, embedding=None))
    assert sitting.check.view.advice is Advice.NO_FACE
    blurred = replace(head(), yaw_deg=None, pitch_deg=None, doubt=Doubt.BLURRED)
    sitting.sit(2, lambda at_s: facts(at_s, head=blurred, embedding=None))
    assert sitting.check.view.advice is Advice.HOLD_STILL
    sitting.sit(18, lambda at_s: facts(at_s, luma_mean=20.0, embedding=None))
    assert sitting.check.view.advice is Advice.MORE_LIGHT
    assert sitting.states()[CheckInStep.FACE] is StepState.FAILED
    assert not sitting.check.wants_pictures
    sitting.check.begin(CheckInStep.FACE, sitting.now_s)
    sitting.sit(4)
    assert sitting.states()[CheckInStep.FACE] is StepState.PASSED


@pytest.mark.parametrize("doubt", list(Doubt))
def test_a_face_that_cannot_be_enrolled_is_said_with_its_cause(doubt: Doubt) -> None:
    sitting = Sitting()
    sitting.check.begin(None, sitting.now_s)
    sitting.sit(21, lambda at_s: facts(at_s, embedding=None, identity_doubt=doubt))
    reason = sitting.reason(Detector.IDENTITY) or ""
    assert reason.startswith("The face was ")
    assert reason.endswith(" in the pictures of the camera check to be enrolled and compared.")


def test_a_page_that_sends_nothing_fails_after_a_while_and_blames_no_detector() -> None:
    sitting = Sitting()
    sitting.check.begin(None, sitting.now_s)
    sitting.check.pass_time(sitting.now_s + 60)
    assert sitting.states()[CheckInStep.FACE] is StepState.FAILED
    assert sitting.check.view.advice is Advice.NO_FACE
    assert sitting.reason(Detector.FACES) is None
    assert sitting.reason(Detector.IDENTITY) is not None


def test_a_detector_that_fires_on_the_normal_picture_is_off() -> None:
    phone = SeenObject(ObjectLabel.PHONE, 0.8, 0, 0, 10, 10)
    people = [SeenObject(ObjectLabel.PERSON, 0.8, left, 0, left + 10, 10) for left in (0, 40)]
    sitting = Sitting()
    sitting.check.begin(None, sitting.now_s)
    sitting.sit(4, lambda at_s: facts(at_s, objects=(phone, *people)))
    assert sitting.states()[CheckInStep.FACE] is StepState.PASSED
    assert "like a phone" in (sitting.reason(Detector.PHONE) or "")
    assert "phones are not reported" in (sitting.reason(Detector.PHONE) or "")
    assert sitting.reason(Detector.BOOK) is sitting.reason(Detector.LAPTOP) is None
    assert "second person" in (sitting.reason(Detector.PERSONS) or "")


def test_what_is_seen_again_and_again_but_never_clearly_is_not_blamed() -> None:
    faint = SeenObject(ObjectLabel.PHONE, 0.17, 0, 0, 10, 10)
    sitting = Sitting()
    sitting.check.begin(None, sitting.now_s)
    sitting.sit(4, lambda at_s: facts(at_s, objects=(faint,)))
    assert sitting.reason(Detector.PHONE) is None


def test_a_check_after_a_restart_keeps_what_it_does_not_try_again() -> None:
    before = Sitting()
    before.check.begin(None, before.now_s)
    before.sit(5)
    after = Sitting()
    after.check.begin(CheckInStep.VOICE, after.now_s)
    after.check.finish()
    kept = merged(before.check.result, after.check.result)
    states = {one.step: one.state for one in kept.steps}
    assert states[CheckInStep.FACE] is StepState.PASSED
    assert states[CheckInStep.VOICE] is StepState.SKIPPED
    trust = {one.detector: one.trusted for one in kept.detectors}
    assert trust[Detector.IDENTITY]
    assert not trust[Detector.SPEECH]
    assert merged(before.check.result, before.check.result) == before.check.result


@pytest.mark.parametrize(("missing_every", "trusted"), [(2, False), (4, True)])
def test_eyes_that_are_seldom_seen_are_not_followed(missing_every: int, *, trusted: bool) -> None:
    sitting = Sitting()
    sitting.check.begin(None, sitting.now_s)
    numbers = count()
    sitting.sit(5, lambda at_s: facts(at_s, head=head(across=0.5 if next(numbers) % missing_every else None)))
    sitting.check.begin(CheckInStep.CALIBRATE, sitting.now_s)
    sitting.sit(12)
    assert (sitting.reason(Detector.GAZE) is None) is trusted
    found = sitting.check.result.calibration
    assert found is not None
    assert (found.gaze_horizontal_low is not None) is trusted


def test_eyes_that_do_not_follow_the_points_are_not_used() -> None:
    sitting = Sitting()
    sitting.go_to(CheckInStep.CALIBRATE)

    def away(at_s: float) -> CheckFacts:
        seen = sitting.obey(at_s)
        assert seen.head is not None
        return replace(seen, head=replace(seen.head, gaze_horizontal=0.5))

    sitting.sit(12, away)
    found = sitting.check.result.calibration
    assert found is not None
    assert found.gaze_horizontal_low is None
    assert found.gaze_vertical_low is not None
    assert "not seen to follow" in (sitting.reason(Detector.GAZE) or "")
    assert sitting.reason(Detector.HEAD) is None


def test_a_point_that_nobody_looks_at_fails_the_step_and_what_depends_on_it() -> None:
    sitting = Sitting()
    sitting.go_to(CheckInStep.CALIBRATE)
    sitting.sit(8, lambda at_s: facts(at_s, faces=0, head=None))
    assert sitting.states()[CheckInStep.CALIBRATE] is StepState.FAILED
    assert sitting.check.result.calibration is None
    assert "did not succeed" in (sitting.reason(Detector.GAZE) or "")
    assert sitting.reason(Detector.HEAD) is None  # it goes on with the usual range
    sitting.check.skip(CheckInStep.CALIBRATE, sitting.now_s)
    assert sitting.states()[CheckInStep.CALIBRATE] is StepState.FAILED  # it was tried: said as it was
    assert sitting.check.view.step is CheckInStep.CHALLENGE


def test_turning_is_asked_in_the_given_order_and_back_to_the_centre_between() -> None:
    sitting = Sitting(PLAN, Target.TURN_RIGHT, Target.TURN_LEFT)
    sitting.go_to(CheckInStep.CHALLENGE)
    asked: list[Target | None] = []
    while sitting.check.view.step is CheckInStep.CHALLENGE:
        if sitting.check.view.target not in asked[-1:]:
            asked.append(sitting.check.view.target)
        sitting.sit(0.2)
    assert asked == [Target.TURN_RIGHT, Target.CENTRE, Target.TURN_LEFT]


def test_a_photograph_does_not_turn_and_a_film_turns_to_the_wrong_side() -> None:
    still, film = Sitting(), Sitting(PLAN, Target.TURN_LEFT, Target.TURN_RIGHT)
    still.go_to(CheckInStep.CHALLENGE)
    still.sit(4, facts)
    assert still.check.view.advice is Advice.TURN_FURTHER
    still.sit(10, facts)
    film.go_to(CheckInStep.CHALLENGE)
    yaws = iter([-25.0, -25.0, -25.0, 0.0, 0.0] * 10)
    film.sit(3, lambda at_s: facts(at_s, head=head(next(yaws))))
    for one in (still, film):
        assert one.states()[CheckInStep.CHALLENGE] is StepState.FAILED
        assert one.reason(Detector.LIVENESS) is None  # it stays on: this is what it is for


def test_a_step_that_is_skipped_switches_off_what_depends_on_it_and_nothing_more() -> None:
    sitting = Sitting()
    sitting.check.begin(None, sitting.now_s)
    for step in ALL:
        sitting.check.skip(step, sitting.now_s)
    assert sitting.check.done
    assert set(sitting.states().values()) == {StepState.SKIPPED}
    assert off(sitting.check.detectors) == (Detector.GAZE, Detector.IDENTITY, Detector.SPEECH)
    assert all(one.reason for one in sitting.check.detectors if not one.trusted)


def test_a_voice_is_heard_or_what_is_wrong_is_said() -> None:
    sitting = Sitting()
    sitting.go_to(CheckInStep.VOICE)
    sitting.check.pass_time(sitting.now_s + 4)
    assert sitting.check.view.advice is Advice.NO_SOUND
    sitting.speak(3, share=0.0, level=-50.0)
    assert sitting.check.view.advice is Advice.SPEAK_LOUDER
    sitting.speak(20, share=0.0, level=-30.0)
    assert sitting.states()[CheckInStep.VOICE] is StepState.FAILED
    assert "not heard as speech" in (sitting.reason(Detector.SPEECH) or "")
    sitting.check.begin(CheckInStep.VOICE, sitting.now_s)
    sitting.speak(3)
    assert sitting.check.done
    assert sitting.reason(Detector.SPEECH) is None


def test_beginning_again_changes_nothing_unless_a_step_is_named() -> None:
    sitting = Sitting()
    sitting.go_to(CheckInStep.CHALLENGE)
    before = sitting.check.view
    sitting.check.begin(None, sitting.now_s)
    assert sitting.check.view == before
    sitting.check.begin(CheckInStep.FACE, sitting.now_s)
    assert sitting.check.view.step is CheckInStep.FACE
    sitting.sit(4)
    assert sitting.check.view.step is CheckInStep.CHALLENGE  # which was left for it
    with pytest.raises(ExamhallError) as refused:
        sitting.check.begin(CheckInStep.DONE, sitting.now_s)
    assert refused.value.code == "check_in_step_unknown"


def test_the_exam_begins_in_the_middle_of_it() -> None:
    sitting = Sitting()
    sitting.go_to(CheckInStep.CHALLENGE)
    sitting.check.finish()
    assert sitting.check.done
    states = sitting.states()
    assert states[CheckInStep.CALIBRATE] is StepState.PASSED
    assert states[CheckInStep.CHALLENGE] is states[CheckInStep.VOICE] is StepState.SKIPPED
