"""The range of somebody who looked at the screen, from a few seconds of video."""

from dataclasses import replace

from examhall.application.ports.vision import HeadFacts
from examhall.bootstrap.video_watch import calibration_from
from examhall.domain.observation import Doubt

HEAD = HeadFacts(0, 0.0, -5.0, 0.0, 0.5, 0.05, 0.02, 0.35, 0.99, 300.0, None, None)
HIDDEN = replace(HEAD, gaze_horizontal=None, gaze_vertical=None, gaze_doubt=Doubt.GLARE)


def test_one_glance_aside_does_not_widen_the_range() -> None:
    heads = [replace(HEAD, yaw_deg=float(yaw)) for yaw in (-3, -2, -1, 0, 0, 1, 1, 2, 3)]
    found = calibration_from([*heads, replace(HEAD, yaw_deg=60.0, gaze_horizontal=0.7)])
    assert found is not None
    assert (found.yaw_low_deg, found.yaw_high_deg) == (-2.0, 3.0)
    assert (found.gaze_horizontal_low, found.gaze_horizontal_high) == (0.5, 0.5)


def test_eyes_that_were_hidden_leave_only_the_head() -> None:
    found = calibration_from([HIDDEN] * 10)
    assert found is not None
    assert (found.pitch_low_deg, found.pitch_high_deg) == (-5.0, -5.0)
    assert found.gaze_horizontal_low is None
    assert found.gaze_vertical_high is None


def test_too_few_heads_are_no_range() -> None:
    unknown = replace(HIDDEN, yaw_deg=None, pitch_deg=None, roll_deg=None, doubt=Doubt.BLURRED)
    assert calibration_from([]) is None
    assert calibration_from([HEAD, HEAD, unknown, unknown]) is None
