"""A slow server never fails a candidate at the camera check: its steps run on a time of their own."""

from dataclasses import dataclass, field

import pytest

from examhall.domain.check_in import CheckInStep, StepState, Target
from examhall.domain.observation import SpeechObserved
from examhall.pipeline.check_in.check import CameraCheck, off
from examhall.pipeline.check_in.facts import CheckFacts
from examhall.pipeline.check_in.pace import LOOKED_S, CheckTime, asked_interval_s
from unit.pipeline.test_camera_check import CORNERS, PLAN, facts, head

ORDER = (Target.TURN_LEFT, Target.TURN_RIGHT)


@dataclass(slots=True)
class Queue:
    """Somebody who does as asked, whose pictures a server looks at one in `every_s` seconds."""

    every_s: float
    check: CameraCheck = field(default_factory=lambda: CameraCheck(PLAN, lambda: ORDER))
    time: CheckTime = field(default_factory=CheckTime)
    at_s: float = 100.0
    dropped: int = 0  # of so many pictures all but one

    def begin(self, step: CheckInStep | None) -> None:
        self.time.begin(self.at_s)
        self.check.begin(step, self.time.now_s)

    def wait(self, seconds: float, *, held: bool) -> None:
        """The ticks of that time."""
        until_s = self.at_s + seconds
        while self.at_s + 1.0 <= until_s:
            self.at_s += 1.0
            self.time.waited(self.at_s, held=held)
            self.check.pass_time(self.time.now_s)
        self.at_s = until_s

    def one_picture(self) -> None:
        for _ in range(self.dropped):
            self.wait(self.every_s, held=True)
            self.time.dropped(self.at_s)
        target = self.check.view.target
        self.wait(self.every_s, held=True)
        self.time.looked(self.at_s)
        self.check.wants(self.time.now_s)
        self.check.see(self.seen(target))

    def seen(self, target: Target | None) -> CheckFacts:
        return facts(self.time.now_s, head=head(*CORNERS[target or Target.CENTRE]))

    def states(self) -> dict[CheckInStep, StepState]:
        return {one.step: one.state for one in self.check.view.steps}

    def through(self) -> None:
        self.begin(None)
        for _ in range(400):
            view = self.check.view
            if view.step is CheckInStep.VOICE:
                self.wait(self.every_s, held=True)
                self.time.looked(self.at_s)
                self.check.hear(SpeechObserved(self.time.now_s, 0.5, 0.9, 0.9, -20.0, 0.0))
            elif self.check.running is None and not self.check.done:
                self.wait(60.0, held=False)  # they read the words before the points
                self.begin(view.step)
            elif not self.check.done:
                self.one_picture()


@pytest.mark.parametrize("every_s", [0.2, 1.0, 4.0, 30.0])
@pytest.mark.parametrize("dropped", [0, 3])
def test_whoever_does_as_asked_gets_through_however_slow_the_server_is(every_s: float, dropped: int) -> None:
    queue = Queue(every_s, dropped=dropped)
    queue.through()
    assert set(queue.states().values()) == {StepState.PASSED}
    assert off(queue.check.detectors) == ()


def test_a_server_that_stands_still_takes_no_time_from_anybody() -> None:
    queue = Queue(0.2)
    queue.begin(None)
    queue.one_picture()
    queue.wait(300.0, held=True)
    assert queue.states()[CheckInStep.FACE] is StepState.RUNNING
    assert queue.time.behind(queue.at_s, held=True)
    assert not queue.time.behind(queue.at_s, held=False)
    before_s = queue.time.now_s
    queue.time.looked(queue.at_s)
    assert queue.time.now_s - before_s == LOOKED_S


def test_what_the_server_drops_takes_no_time_and_is_said() -> None:
    time = CheckTime()
    time.begin(10.0)
    for at_s in range(11, 60):
        time.dropped(float(at_s))
        time.waited(at_s + 0.5, held=False)
    assert time.now_s == 0.0
    assert time.behind(60.0, held=False)
    time.looked(60.0)
    assert not time.behind(60.0, held=False)


def test_a_page_that_sends_nothing_fails_after_a_while() -> None:
    queue = Queue(0.2)
    queue.begin(None)
    queue.wait(19.0, held=False)
    assert queue.states()[CheckInStep.FACE] is StepState.RUNNING
    queue.wait(5.0, held=False)
    assert queue.states()[CheckInStep.FACE] is StepState.FAILED


def test_an_empty_seat_fails_on_a_slow_server_too() -> None:
    queue = Queue(4.0)
    queue.begin(None)
    for _ in range(60):
        queue.wait(4.0, held=True)
        queue.time.looked(queue.at_s)
        queue.check.see(facts(queue.time.now_s, faces=0, head=None, embedding=None))
    assert queue.states()[CheckInStep.FACE] is StepState.FAILED


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    time = CheckTime()
    time.begin(100.0)
    time.looked(100.3)
    time.looked(90.0)
    time.waited(80.0, held=False)
    assert time.now_s == pytest.approx(0.3)


def test_a_picture_from_before_the_point_was_shown_is_no_sample_of_it() -> None:
    queue = Queue(0.2)
    queue.begin(CheckInStep.CALIBRATE)
    for _ in range(25):  # enough for the first point, were they not too old
        queue.wait(0.2, held=True)
        queue.time.looked(queue.at_s)
        old = facts(queue.time.now_s, head=head(*CORNERS[Target.CENTRE]), since_asked_s=0.1)
        queue.check.see(old)
    assert queue.check.view.target is Target.CENTRE
    assert queue.check.result.calibration is None


def test_pictures_are_asked_for_as_often_as_the_workers_have_time() -> None:
    asked = [asked_interval_s(busy) for busy in (0.0, 0.5, 0.61, 0.8, 0.81, 1.0)]
    assert asked == [0.2, 0.2, 0.4, 0.4, 1.0, 1.0]
