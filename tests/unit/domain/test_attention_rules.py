"""Where the candidate looks; what cannot be known is never a finding."""

from dataclasses import replace

import pytest

from examhall.domain.observation import Calibrated, Calibration, Detector, DetectorsOff, Doubt, HeadObserved
from examhall.domain.policy import Signal
from examhall.domain.rules.attention import TYPICAL_CALIBRATION, GazeDirection, direction_of
from support.watched import Room, with_rule

CALIBRATION = Calibration(-6.0, 6.0, 2.0, 12.0, 0.44, 0.58, -0.02, 0.06)
G = GazeDirection


def calibrated(**rule: object) -> Room:
    room = Room(with_rule(Signal.LOOKING_AWAY, **rule))
    room.feed(Calibrated(0.0, CALIBRATION))
    return room


def head(
    yaw: float | None = 0.0,
    gaze: float | None = 0.51,
    pitch: float | None = 6.0,
    up: float | None = 0.02,
    doubt: Doubt | None = None,
    gaze_doubt: Doubt | None = None,
) -> HeadObserved:
    return HeadObserved(0.0, yaw, pitch, 0.0, gaze, up, 0.1, 0.35, doubt, gaze_doubt, 1)


@pytest.mark.parametrize(
    ("seen", "direction"),
    [
        (head(), G.CENTRE),
        (head(yaw=6, gaze=0.58), G.CENTRE),  # the corner of the screen
        (head(gaze=0.34), G.CENTRE),  # eyes alone beyond it by less than the margin, head and eyes together
        (head(yaw=-6, gaze=0.34), G.LEFT),
        (head(gaze=0.70), G.RIGHT),
        (head(yaw=30, gaze=0.51), G.RIGHT),
        (head(yaw=-30, gaze=0.51), G.LEFT),
        (head(yaw=25, gaze=0.40), G.CENTRE),  # turned away with the eyes on the screen
        (head(yaw=-25, gaze=0.62), G.CENTRE),
        (head(pitch=-20, up=0.0), G.DOWN),
        (head(pitch=40, up=0.0), G.UP),
        (head(pitch=-10, up=0.15), G.CENTRE),  # a lowered head that looks up at the screen
        (head(up=-0.3), G.CENTRE),  # eyes alone say nothing of up and down
        (head(doubt=Doubt.NO_MESH, yaw=50), None),
        (head(yaw=None), None),
        (head(gaze=None, gaze_doubt=Doubt.EYES_CLOSED), None),
        (head(yaw=20, gaze=None, gaze_doubt=Doubt.GLARE), None),  # the eyes may still be on the screen
        (head(yaw=30, gaze=None, gaze_doubt=Doubt.GLARE), G.RIGHT),
        (head(gaze=0.9, gaze_doubt=Doubt.BLURRED), None),
    ],
)
def test_head_and_eyes_add_up(seen: HeadObserved, direction: GazeDirection | None) -> None:
    assert direction_of(seen, CALIBRATION) is direction


@pytest.mark.parametrize(
    ("seen", "direction"),
    [
        (head(gaze=0.0), G.CENTRE),  # never the eyes
        (head(yaw=30), G.CENTRE),
        (head(yaw=40), G.RIGHT),
        (head(yaw=-40), G.LEFT),
        (head(pitch=-50), G.DOWN),
        (head(pitch=50), G.UP),
        (head(gaze=None, gaze_doubt=Doubt.GLARE), G.CENTRE),
        (head(doubt=Doubt.PROFILE, yaw=70), None),
    ],
)
def test_without_calibration_only_a_head_far_out_says_something(
    seen: HeadObserved, direction: GazeDirection | None
) -> None:
    assert direction_of(seen, None) is direction


@pytest.mark.parametrize(("gaze", "direction"), [(0.38, G.LEFT), (0.51, G.CENTRE), (0.62, G.RIGHT)])
def test_a_single_picture_is_judged_by_what_most_faces_show(gaze: float, direction: GazeDirection) -> None:
    assert direction_of(head(gaze=gaze), TYPICAL_CALIBRATION) is direction


def test_a_calibration_the_wrong_way_round_is_still_a_range() -> None:
    wrong = Calibration(6.0, -6.0, 12.0, 2.0, 0.58, 0.44)
    assert direction_of(head(), wrong) is G.CENTRE
    assert direction_of(head(yaw=-30), wrong) is G.LEFT


def test_looking_away_says_where_and_for_how_long_by_the_candidates_own_side() -> None:
    room = calibrated()
    for t in range(1, 8):
        room.head(t, yaw_deg=30.0, pitch_deg=6.0)
    words = room.words("looking_away#1")
    assert words.startswith(
        "Looking to the candidate's left for 6.0 s, head and eyes 14 degrees beyond the range"
    )
    numbers = dict(room.incidents["looking_away#1"].explanation.numbers)
    assert (numbers["yaw_deg"], numbers["beyond_deg"]) == (30.0, 13.5)
    for t in range(8, 12):
        room.head(t, pitch_deg=6.0)
    assert room.open == set()


def test_a_glance_away_is_nothing() -> None:
    room = calibrated()
    for t in range(1, 60):
        room.head(t, yaw_deg=30.0 if t % 12 < 4 else 0.0, pitch_deg=6.0)
    assert room.incidents == {}


def test_the_unknown_stands_still_and_is_no_finding() -> None:
    room = calibrated()
    for t in range(1, 5):
        room.head(t, yaw_deg=30.0, pitch_deg=6.0)
    for t in range(5, 60):
        room.head(t, yaw_deg=80.0, doubt=Doubt.PROFILE)
    assert room.incidents == {}
    assert room.state.hold(Signal.LOOKING_AWAY).held_s == 3.0
    for t in range(60, 64):
        room.head(t, yaw_deg=30.0, pitch_deg=6.0)
    assert room.open == {"looking_away#1"}


def test_the_margin_is_the_threshold() -> None:
    room = calibrated(threshold=20)
    for t in range(1, 12):
        room.head(t, yaw_deg=24.0, pitch_deg=6.0)
    assert room.incidents == {}


def test_without_eyes_that_can_be_followed_the_head_says_it_alone() -> None:
    room = calibrated()
    room.feed(DetectorsOff(0.0, (Detector.GAZE,)))
    for t in range(1, 8):
        room.head(t, gaze=0.1, pitch_deg=6.0)
    assert room.incidents == {}
    for t in range(8, 16):
        room.head(t, yaw_deg=20.0, gaze=0.1, pitch_deg=6.0)
    assert room.words("looking_away#1").split(", ")[1].startswith("the head 14 degrees beyond")


def test_a_head_that_cannot_be_followed_here_says_nothing() -> None:
    room = calibrated()
    room.feed(DetectorsOff(0.0, (Detector.HEAD,)))
    for t in range(1, 30):
        room.head(t, yaw_deg=60.0)
    assert room.incidents == {}


def test_a_covered_camera_is_one_incident() -> None:
    room = calibrated()
    for t in range(1, 20):
        room.frame(t, 0, luma=3.0)
        room.head(t, yaw_deg=60.0)
    assert room.open == {"camera_blocked#1"}


def test_slow_looks_count_with_their_own_period() -> None:
    policy = with_rule(Signal.LOOKING_AWAY)
    room = Room(replace(policy, scan=replace(policy.scan, head_period_s=4.0)))
    for t in (4, 8, 12):
        room.head(t, yaw_deg=60.0)
    assert room.open == {"looking_away#1"}
    assert "the usual range, not calibrated" in room.words("looking_away#1")
