"""Whether the face is the one of check-in: the median of several good pictures, never one."""

from examhall.domain.observation import Detector, DetectorsOff, Doubt
from examhall.domain.policy import Signal
from examhall.domain.rules.plan import PlannedLook, looks_wanted
from support.watched import Room, with_rule


def wanted(room: Room, at_s: float) -> bool:
    return PlannedLook.IDENTITY in looks_wanted(room.state, at_s, room.policy)


def test_the_median_of_three_good_pictures_opens() -> None:
    room = Room()
    for at_s, distance in ((1, 0.75), (4, 0.5)):
        room.identity(at_s, distance)
    assert room.incidents == {}
    room.identity(7, 0.71)
    assert room.open == {"different_person#1"}
    assert room.words("different_person#1") == (
        "Face unlike the one at check-in, median distance 0.71 of 3 good pictures; "
        "the same person is usually under 0.50"
    )


def test_two_far_pictures_among_good_ones_open_nothing() -> None:
    room = Room()
    for at_s, distance in enumerate((0.3, 0.8, 0.35, 0.8, 0.32, 0.3, 0.31)):
        room.identity(at_s * 3, distance)
    assert room.incidents == {}


def test_blurred_pictures_never_count() -> None:
    room = Room()
    for at_s in range(1, 100, 3):
        room.identity(at_s, 0.9, Doubt.BLURRED)
        room.identity(at_s + 1, None, Doubt.SMALL)
    assert room.incidents == {}
    assert room.state.distances == ()


def test_between_same_and_different_nothing_is_said() -> None:
    room = Room()
    for at_s in range(1, 100, 3):
        room.identity(at_s, 0.53)
    assert room.incidents == {}
    for at_s in range(100, 112, 3):
        room.identity(at_s, 0.8)
    assert room.open == {"different_person#1"}
    for at_s in range(112, 200, 3):
        room.identity(at_s, 0.53)
    assert room.open == {"different_person#1"}


def test_it_closes_when_the_median_is_that_of_the_same_person() -> None:
    room = Room()
    for at_s in (1, 4, 7):
        room.identity(at_s, 0.8)
    for at_s in range(20, 120, 15):
        room.identity(at_s, 0.3)
    assert room.open == set()
    assert room.incidents["different_person#1"].closed_at_s == 65


def test_old_pictures_do_not_confirm_new_ones() -> None:
    room = Room()
    for at_s in (1, 200, 400):
        room.identity(at_s, 0.8)
    assert room.incidents == {}


def test_a_far_picture_makes_the_next_frames_look_again_but_not_every_one() -> None:
    room = Room()
    room.identity(0, 0.3)
    assert [wanted(room, t) for t in (1, 10, 15)] == [False, False, True]
    room.identity(15, 0.7)
    assert [wanted(room, t) for t in (16, 17, 18)] == [False, False, True]
    for at_s in (18, 21, 24, 27):
        room.identity(at_s, 0.3)
    assert [wanted(room, t) for t in (30, 41, 42)] == [False, False, True]
    assert room.incidents == {}


def test_once_open_the_period_is_enough() -> None:
    room = Room()
    for at_s in (1, 4, 7, 10, 13, 16, 19):
        room.identity(at_s, 0.8)
    assert room.open == {"different_person#1"}
    assert not wanted(room, 22)


def test_who_comes_back_into_the_picture_is_compared_soon() -> None:
    room = Room()
    room.identity(0, 0.3)
    for t in range(1, 6):
        room.frame(t, 0)
    assert not wanted(room, 6)
    room.frame(6, 1)
    assert wanted(room, 7)
    for at_s in (7, 10, 13):
        room.identity(at_s, 0.8)
    assert "different_person#1" in room.open


def test_where_nobody_is_enrolled_nothing_is_asked_or_said() -> None:
    room = Room()
    room.feed(DetectorsOff(0.0, (Detector.IDENTITY,)))
    for at_s in range(0, 60, 3):
        room.identity(at_s, 0.9)
    assert room.incidents == {}
    assert not wanted(room, 100)


def test_the_distance_is_the_threshold() -> None:
    room = Room(with_rule(Signal.DIFFERENT_PERSON, threshold=0.8))
    for at_s in range(0, 60, 3):
        room.identity(at_s, 0.75)
    assert room.incidents == {}
