"""Things and bodies: repeated hits, looks that are far apart, and one incident for one cause."""

import random

import pytest

from examhall.domain.observation import (
    CameraObserved,
    Detector,
    DetectorsOff,
    FaceBox,
    FacesObserved,
    ObjectLabel,
    ObjectsObserved,
    SamplingChanged,
    Scan,
    SeenObject,
)
from examhall.domain.policy import Signal
from examhall.domain.rules.plan import PlannedLook, looks_wanted
from support.watched import STANDARD, Room, with_rule

PHONE = SeenObject(ObjectLabel.PHONE, 0.4, 10, 10, 60, 90)
FAINT = SeenObject(ObjectLabel.PHONE, 0.12, 10, 10, 60, 90)
CANDIDATE = SeenObject(ObjectLabel.PERSON, 0.97, 100, 60, 540, 480)
BEHIND = SeenObject(ObjectLabel.PERSON, 0.72, 470, 20, 630, 400)
TWICE = SeenObject(ObjectLabel.PERSON, 0.55, 150, 200, 500, 480)  # the candidate's torso, once more
FACE = FaceBox(270, 100, 370, 240, 0.95)
FACE_BEHIND = FaceBox(520, 40, 570, 100, 0.8)


def wanted(room: Room, at_s: float) -> bool:
    return PlannedLook.OBJECTS in looks_wanted(room.state, at_s, room.policy)


def look(room: Room, at_s: float, *seen: SeenObject, faces: tuple[FaceBox, ...] = (FACE,)) -> None:
    room.frames += 1
    n = room.frames
    room.feed(
        CameraObserved(at_s, 100.0, 50.0, 200.0, n, n, n),
        FacesObserved(at_s, Scan.COARSE, faces, n),
        ObjectsObserved(at_s, tuple(ObjectLabel), seen, n),
    )


@pytest.mark.parametrize("label", [ObjectLabel.PHONE, ObjectLabel.BOOK, ObjectLabel.LAPTOP])
def test_one_hit_is_nothing_and_a_second_opens(label: ObjectLabel) -> None:
    room, thing = Room(), SeenObject(label, 0.7, 0, 0, 50, 50)
    room.objects(5, thing)
    for t in (6, 7, 8, 13, 18, 23):
        room.objects(t)
    assert room.incidents == {}
    room.objects(28, thing)
    room.objects(29, thing)
    assert room.open == {f"{label}#1"}
    assert room.words(f"{label}#1").endswith("for 1.0 s, seen in 2 of 2 looks, best score 0.70")


def test_a_first_hit_makes_the_next_three_frames_look_again() -> None:
    room, looked = Room(), []
    for t in range(30):
        if wanted(room, t):
            looked.append(t)
            room.objects(t, *((PHONE,) if t == 10 else ()))
    assert looked == [0, 5, 10, 11, 12, 13, 18, 23, 28]
    assert room.incidents == {}


def test_a_miss_between_two_hits_does_not_begin_anew() -> None:
    room = Room()
    for t, seen in ((5, True), (6, False), (7, False), (8, False), (13, True)):
        room.objects(t, *((PHONE,) if seen else ()))
    assert room.open == {"phone#1"}
    assert "seen in 2 of 5 looks" in room.words("phone#1")


def test_at_low_recall_a_phone_is_one_incident_not_many() -> None:
    chance, room = random.Random(3), Room()
    for t in range(300):
        if wanted(room, t):
            room.objects(t, *((PHONE,) if chance.random() < 0.5 else ()))
    assert set(room.incidents) == {"phone#1"}
    assert room.incidents["phone#1"].opened_at_s < 30


def test_rare_false_hits_open_nothing() -> None:
    chance, room = random.Random(1), Room()
    for t in range(3600):
        if wanted(room, t):
            room.objects(t, *((PHONE,) if chance.random() < 0.005 else ()))
    assert room.incidents == {}


def test_it_closes_when_the_phone_is_gone_for_several_looks() -> None:
    room = Room()
    for t in (5, 6):
        room.objects(t, PHONE)
    for t in (11, 16, 21):
        room.objects(t)
    assert room.open == {"phone#1"}
    room.objects(26)
    assert room.open == set()
    assert room.incidents["phone#1"].last_seen_at_s == 6


def test_scores_under_the_threshold_are_no_hits() -> None:
    room = Room()
    for t in range(5, 60, 5):
        room.objects(t, FAINT)
    assert room.incidents == {}
    lower = Room(with_rule(Signal.PHONE, threshold=0.08))
    for t in range(5, 60, 5):
        lower.objects(t, FAINT)
    assert lower.open == {"phone#1"}


@pytest.mark.parametrize("label", [ObjectLabel.PHONE, ObjectLabel.BOOK])
def test_what_is_never_once_seen_clearly_opens_nothing(label: ObjectLabel) -> None:
    room, looked = Room(), 0
    threshold = STANDARD.signals[Signal(label)].threshold
    faint = SeenObject(label, threshold * 1.1, 0, 0, 50, 50)
    for t in range(300):
        if wanted(room, t):
            looked += 1
            room.objects(t, faint)
    assert room.incidents == {}
    assert looked <= 300 / 5 + 5  # nor is it looked at on every frame
    clear = SeenObject(label, threshold * 1.3, 0, 0, 50, 50)
    room.objects(300, clear)
    room.objects(301, faint)
    assert room.open == {f"{label}#1"}


def test_slow_sampling_still_counts() -> None:
    room = Room()
    room.feed(SamplingChanged(0.0, 5.0))
    for t in (5, 10, 15):
        room.objects(t, PHONE)
    assert room.open == {"phone#1"}


def test_what_was_not_searched_is_not_missing() -> None:
    room = Room()
    for t in (5, 6):
        room.objects(t, PHONE)
    for t in range(11, 100, 5):
        room.feed(ObjectsObserved(t, (ObjectLabel.PERSON,), (), 1))
    assert room.open == {"phone#1"}


def test_a_body_without_a_face_is_another_person() -> None:
    room = Room()
    for t in (5, 6, 7):
        look(room, t, CANDIDATE, BEHIND)
    assert room.open == {"person_in_background#1"}
    incident = room.incidents["person_in_background#1"]
    assert incident.explanation.words == (
        "Another person without a visible face for 2.0 s, seen in 3 of 3 looks, best score 0.72"
    )
    assert dict(incident.explanation.numbers)["persons"] == 2.0


def test_a_second_person_with_a_face_is_several_faces_alone() -> None:
    room = Room()
    for t in range(5, 20):
        look(room, t, CANDIDATE, BEHIND, faces=(FACE, FACE_BEHIND))
    assert room.open == {"multiple_faces#1"}


def test_a_second_person_whose_face_comes_and_goes_is_told_once() -> None:
    room = Room()
    for t in range(5, 60):
        look(room, t, CANDIDATE, BEHIND, faces=(FACE, FACE_BEHIND) if t % 3 else (FACE,))
    assert room.open == {"multiple_faces#1"}
    for t in range(60, 80):
        look(room, t, CANDIDATE, BEHIND)
    assert room.open == {"person_in_background#1"}


def test_a_face_that_only_the_fine_scan_finds_has_its_body() -> None:
    room = Room()
    room.feed(FacesObserved(1.0, Scan.FINE, (FACE, FACE_BEHIND), 0))
    for t in (2, 3, 4):
        look(room, t, CANDIDATE, BEHIND)
    assert "person_in_background#1" not in room.incidents


def test_the_candidate_without_a_face_is_nobody_else() -> None:
    room = Room(with_rule(Signal.NO_FACE, enabled=False))
    for t in range(5, 20):
        look(room, t, CANDIDATE, faces=())
    assert room.incidents == {}
    for t in range(20, 25):
        look(room, t, CANDIDATE, BEHIND, faces=())
    assert room.open == {"person_in_background#1"}


def test_one_body_boxed_twice_is_one_person() -> None:
    room = Room()
    for t in range(5, 20):
        look(room, t, CANDIDATE, TWICE)
    assert room.incidents == {}


def test_a_face_on_a_poster_has_no_body_and_hides_nobody() -> None:
    room = Room(with_rule(Signal.MULTIPLE_FACES, enabled=False))
    poster = FaceBox(5, 5, 45, 60, 0.9)
    for t in (5, 6, 7):
        look(room, t, CANDIDATE, BEHIND, faces=(FACE, poster))
    assert room.open == set()  # two faces for two bodies: multiple_faces is the signal that says so
    for t in (8, 9, 10):
        look(room, t, CANDIDATE, BEHIND)
    assert room.open == {"person_in_background#1"}


def test_more_persons_may_be_allowed() -> None:
    room = Room(with_rule(Signal.MULTIPLE_FACES, threshold=2))
    for t in range(5, 20):
        look(room, t, CANDIDATE, BEHIND)
    assert room.incidents == {}


def test_boxes_of_another_frame_are_not_matched_with_these_faces() -> None:
    room = Room()
    room.feed(FacesObserved(1.0, Scan.COARSE, (FACE,), 7))
    for t in (5, 6, 7):
        room.feed(ObjectsObserved(t, tuple(ObjectLabel), (CANDIDATE, BEHIND), 99))
    assert room.incidents == {}


def test_a_flat_box_is_no_crash() -> None:
    room = Room()
    flat = SeenObject(ObjectLabel.PERSON, 0.9, 5, 5, 5, 5)
    for t in (5, 6, 7):
        look(room, t, flat, flat, faces=(FaceBox(5, 5, 5, 5, 0.9),))
    assert set(room.incidents) <= {"person_in_background#1"}


def test_what_cannot_be_trusted_here_is_neither_looked_for_nor_found() -> None:
    room = Room()
    things = (Detector.PHONE, Detector.BOOK, Detector.LAPTOP)
    room.feed(DetectorsOff(0.0, (*things, Detector.PERSONS)))
    for t in range(5, 20):
        look(room, t, CANDIDATE, BEHIND, PHONE)
    assert room.incidents == {}
    assert not wanted(room, 100)
    room.feed(DetectorsOff(20.0, (Detector.BOOK, Detector.PERSONS)))  # the later word replaces the earlier
    for t in range(21, 24):
        look(room, t, CANDIDATE, BEHIND, PHONE)
    assert room.open == {"phone#1"}


def test_a_covered_camera_shows_no_things() -> None:
    room = Room()
    for t in range(1, 20):
        room.frame(t, 0, luma=3.0)
        room.objects(t, PHONE)
    assert room.open == {"camera_blocked#1"}


def test_looks_wait_for_their_period() -> None:
    assert STANDARD.scan.objects_period_s == 5
    room = Room()
    room.objects(0)
    assert [wanted(room, t / 2) for t in range(1, 11)] == [False] * 8 + [True, True]


@pytest.mark.parametrize(("asked_s", "next_s"), [(1.0, 5.0), (2.0, 10.0), (3.0, 15.0), (5.0, 15.0)])
def test_a_server_that_is_out_of_breath_looks_for_things_less_often_at_most_three_times(
    asked_s: float, next_s: float
) -> None:
    room = Room()
    room.feed(SamplingChanged(0.0, asked_s))
    look(room, 0.0)
    times = [at / 2 for at in range(1, 60)]
    assert next(at for at in times if wanted(room, at)) == pytest.approx(next_s, abs=0.5)


def test_a_phone_that_lies_there_becomes_an_incident_also_while_looks_are_far_apart() -> None:
    room = Room()
    room.feed(SamplingChanged(0.0, 5.0))
    for at in range(0, 120, 5):
        if wanted(room, at):
            look(room, at, PHONE)
    assert room.open == {"phone#1"}


def test_after_a_hit_the_looks_come_with_every_frame_however_slowed() -> None:
    room = Room()
    room.feed(SamplingChanged(0.0, 5.0))
    look(room, 0.0, PHONE)
    assert wanted(room, 5.0)
