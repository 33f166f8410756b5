"""Who is in the picture and whether there is one."""

from dataclasses import replace

import pytest

from examhall.domain.observation import (
    CameraObserved,
    FacesObserved,
    PageEventKind,
    SamplingChanged,
    Scan,
)
from examhall.domain.policy import Signal
from examhall.domain.rules.engine import wants_fine
from support.watched import STANDARD, Room

K = PageEventKind


def test_a_fine_count_stands_and_a_coarse_one_cannot_lower_it() -> None:
    room = Room()
    room.frame(1, 2, Scan.FINE)
    room.frame(2, 2, Scan.FINE)
    for t in (3, 4, 5):
        room.frame(t, 1, Scan.COARSE)
    assert room.open == {"multiple_faces#1"}
    assert room.incidents["multiple_faces#1"].last_seen_at_s == 2
    for t in range(6, 12):
        room.frame(t, 1, Scan.FINE)
    assert room.open == set()


def test_one_fine_hit_that_is_not_confirmed_opens_nothing_however_long_it_stands() -> None:
    room = Room()
    room.frame(1, 2, Scan.FINE)
    for t in range(2, 20):
        room.frame(t, 1, Scan.COARSE)
    assert room.incidents == {}


def test_a_coarse_count_may_raise_a_fine_one() -> None:
    room = Room()
    room.frame(1, 1, Scan.FINE)
    for t in (2, 3, 4, 5):
        room.frame(t, 2, Scan.COARSE)
    assert room.open == {"multiple_faces#1"}


def test_the_scan_plan_asks_for_fine_frames_by_period_and_after_a_hit() -> None:
    room, plan = Room(), STANDARD.scan
    assert wants_fine(room.state, 0.0, plan)
    room.frame(0, 1, Scan.FINE)
    asked = []
    for t in range(1, 7):
        asked.append(wants_fine(room.state, float(t), plan))
        room.frame(t, 1, Scan.FINE if asked[-1] else Scan.COARSE)
    assert asked == [False] * 5 + [True]
    room.frame(7, 2, Scan.FINE)
    asked = []
    for t in range(8, 12):
        asked.append(wants_fine(room.state, float(t), plan))
        room.frame(t, 1, Scan.FINE if asked[-1] else Scan.COARSE)
    assert asked == [True, True, True, False]


def test_a_changed_coarse_count_asks_for_one_closer_look() -> None:
    room, plan = Room(), STANDARD.scan
    room.frame(0, 1, Scan.FINE)
    room.frame(1, 1, Scan.COARSE)
    room.frame(2, 0, Scan.COARSE)
    assert wants_fine(room.state, 3, plan)
    room.frame(3, 0, Scan.FINE)
    room.frame(4, 1, Scan.COARSE)  # flickers: not again so soon
    assert not wants_fine(room.state, 5, plan)


def test_a_gap_of_more_than_two_intervals_does_not_count() -> None:
    room = Room()
    room.frame(1, 2)
    room.frame(3, 2)  # two intervals: counts
    room.frame(10, 2)  # seven: does not
    assert room.state.hold(Signal.MULTIPLE_FACES).held_s == 2.0
    assert room.incidents == {}
    room.frame(11, 2)
    assert (
        room.incidents["multiple_faces#1"].explanation.words == "2 faces for 3.0 s, best scores 0.98 and 0.91"
    )
    assert room.incidents["multiple_faces#1"].began_at_s == 1


def test_slower_sampling_makes_longer_gaps_count() -> None:
    room = Room()
    room.feed(SamplingChanged(0.0, 5.0))
    room.frame(5, 2)
    room.frame(10, 2)
    assert room.open == {"multiple_faces#1"}


def test_an_explanation_carries_its_numbers() -> None:
    room = Room()
    for t in range(1, 5):
        room.frame(t, 3)
    explanation = room.incidents["multiple_faces#1"].explanation
    assert dict(explanation.numbers) == {
        "faces": 3.0, "score_1": 0.98, "score_2": 0.91, "held_s": 3.0, "times": 1.0,
    }  # fmt: skip
    assert room.incidents["multiple_faces#1"].confidence == 0.91


def test_the_number_of_faces_allowed_is_the_threshold() -> None:
    rule = replace(STANDARD.signals[Signal.MULTIPLE_FACES], threshold=2)
    room = Room(replace(STANDARD, signals={**STANDARD.signals, Signal.MULTIPLE_FACES: rule}))
    for t in range(1, 8):
        room.frame(t, 2)
    assert room.incidents == {}
    for t in range(8, 13):
        room.frame(t, 3)
    assert room.open == {"multiple_faces#1"}


def test_a_covered_camera_is_one_incident_not_two() -> None:
    room = Room()
    room.frame(1, 1)
    for t in range(2, 20):
        room.frame(t, 0, luma=3.0)
    assert room.open == {"camera_blocked#1"}
    assert room.incidents["camera_blocked#1"].explanation.words.startswith("Camera dark for")


def test_without_camera_blocked_a_covered_camera_is_a_missing_face() -> None:
    rule = replace(STANDARD.signals[Signal.CAMERA_BLOCKED], enabled=False)
    room = Room(replace(STANDARD, signals={**STANDARD.signals, Signal.CAMERA_BLOCKED: rule}))
    for t in range(1, 10):
        room.frame(t, 0, luma=3.0)
    assert room.open == {"no_face#1"}


def test_a_face_lit_by_the_screen_in_a_dark_room_is_no_blocked_camera() -> None:
    room = Room()
    for t in range(1, 20):
        room.frame(t, 1, luma=12.0)
    assert room.incidents == {}


@pytest.mark.parametrize(
    ("luma_sd", "sharpness", "words"),
    [
        (3.0, 2.0, "Camera covered for 4.0 s, brightness varies by 3.0 of 255 only"),
        (20.0, 5.0, "Camera covered for 4.0 s, brightness varies by 20.0 of 255 only"),
        (40.0, 2.0, "Camera blurred for 4.0 s, sharpness 2.0"),
    ],
)
def test_covered_and_hopelessly_blurred_pictures(luma_sd: float, sharpness: float, words: str) -> None:
    room = Room()
    for t in range(1, 6):
        room.feed(CameraObserved(t, 100.0, luma_sd, sharpness, t, t, t))
    assert room.incidents["camera_blocked#1"].explanation.words == words


def test_a_soft_picture_explains_a_missing_face_and_is_no_incident() -> None:
    room = Room()
    for t in range(1, 8):
        room.feed(CameraObserved(t, 100.0, 40.0, 12.0, t, t, t), FacesObserved(t, Scan.FINE, (), t))
    words = "No face for 6.0 s, the picture is blurred (sharpness 12.0)"
    assert {key: i.explanation.words for key, i in room.incidents.items()} == {
        "no_face#1": words.replace("6.0", "5.0")
    }
    room.feed(*(FacesObserved(t, Scan.FINE, (), t) for t in range(8, 9)))
    assert room.incidents["no_face#1"].explanation.words == words.replace("6.0", "7.0")


def test_a_camera_switched_off_is_blocked_until_it_gives_pictures_again() -> None:
    room = Room()
    room.page(1.5, K.CAMERA_STOPPED)
    room.ticks(2, 8)
    assert room.incidents["camera_blocked#1"].explanation.words.startswith("Camera switched off for")
    room.page(8.5, K.CAMERA_STARTED)
    for t in range(9, 14):
        room.frame(t, 1)
    assert room.open == set()
