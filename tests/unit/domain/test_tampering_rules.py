"""Loops, photographs, programs that make pictures, and pictures that stop."""

import random

import pytest

from examhall.domain.observation import (
    CameraDeviceObserved,
    CameraObserved,
    ConnectionChanged,
    Detector,
    DetectorsOff,
    FacesObserved,
    FrameUnseen,
    PageEventKind,
    SamplingChanged,
    Scan,
    TimePassed,
    WatchChanged,
)
from examhall.domain.policy import Signal
from examhall.domain.rules.tampering import PICTURES_KEPT
from support.watched import FACES, Room

K = PageEventKind


class Camera:
    """Pictures by their hashes; the candidate is in them."""

    def __init__(self) -> None:
        self.room, self.sequence, self.chance = Room(), 0, random.Random(5)

    def show(self, at_s: float, fingerprint: int, exact: int | None = None) -> None:
        self.sequence += 1
        noise = self.chance.getrandbits(64) if exact is None else exact
        self.room.feed(
            CameraObserved(at_s, 100.0, 50.0, 200.0, fingerprint, noise, self.sequence),
            FacesObserved(at_s, Scan.FINE, FACES[:1], self.sequence),
        )

    def scene(self) -> int:
        return self.chance.getrandbits(64)


def test_a_loop_to_the_last_pixel_is_found() -> None:
    camera = Camera()
    loop = [(camera.scene(), n) for n in range(1, 60)]
    for t in range(130):
        camera.show(t, *loop[t % len(loop)])
    assert camera.room.open == {"spoof#1"}
    assert (
        camera.room.incidents["spoof#1"].opened_at_s == 62
    )  # each picture but the first once, then three again
    assert camera.room.words("spoof#1").startswith("The same pictures come again, ")


def test_a_loop_ends_when_the_pictures_are_new_again() -> None:
    camera = Camera()
    for t in range(40):
        camera.show(t, camera.scene(), t % 20 + 1)
    for t in range(40, 80):
        camera.show(t, camera.scene())
        camera.room.ticks(t, t)
    assert camera.room.open == set()


def test_a_still_person_before_a_live_camera_is_no_loop() -> None:
    camera, scene = Camera(), 0x1234_5678_9ABC_DEF0
    for t in range(600):
        camera.show(t, scene)
    assert camera.room.incidents == {}


def test_a_frozen_picture_is_a_blocked_camera_alone() -> None:
    camera = Camera()
    for t in range(60):
        camera.show(t, 7, 7)
    assert camera.room.open == {"camera_blocked#1"}


def test_an_empty_seat_before_a_painted_background_is_no_loop() -> None:
    camera = Camera()
    for t in range(100):
        n = t + 1
        camera.room.feed(
            CameraObserved(t, 100.0, 50.0, 200.0, t % 3, t % 3, n), FacesObserved(t, Scan.FINE, (), n)
        )
    assert set(camera.room.incidents) == {"no_face#1"}


def test_a_living_picture_that_moves_is_no_loop() -> None:
    camera = Camera()
    for t in range(600):
        camera.show(t, camera.scene())
    assert camera.room.incidents == {}


def test_rocking_is_no_loop() -> None:
    camera = Camera()
    left, right = camera.scene(), camera.scene()
    for t in range(400):
        camera.show(t, left if t % 2 else right)
    assert camera.room.incidents == {}


def test_a_moving_sequence_that_comes_again_a_little_changed_is_found() -> None:
    camera = Camera()
    loop = [camera.scene() for _ in range(30)]
    for t in range(150):
        flicker = 1 << camera.chance.randrange(64)
        camera.show(t, loop[t % 30] ^ flicker)
    assert "spoof#1" in camera.room.incidents
    assert camera.room.words("spoof#1").startswith("A moving sequence comes again")


def test_pictures_sent_again_after_a_gap_are_no_loop() -> None:
    camera = Camera()
    for t in range(60):
        camera.show(t, camera.scene(), t + 1)
        if t > 10:
            old = t - 5
            camera.room.feed(CameraObserved(t, 100.0, 50.0, 200.0, 1, old + 1, old + 1))
    assert camera.room.incidents == {}


def test_black_pictures_are_alike_and_no_loop() -> None:
    camera = Camera()
    for t in range(100):
        dark = CameraObserved(t, 0.0, 0.0, 0.0, 0, t % 2, t + 1)
        camera.room.feed(dark)
    assert camera.room.open == {"camera_blocked#1"}


def test_what_is_remembered_of_pictures_is_bounded() -> None:
    camera = Camera()
    for t in range(3 * PICTURES_KEPT):
        camera.show(t, camera.scene(), t % 50)
    pictures = camera.room.state.pictures
    assert max(len(pictures.exact), len(pictures.fingerprints), len(pictures.repeat_at_s)) <= PICTURES_KEPT


def live(room: Room, t: float, chance: random.Random) -> None:
    """Somebody who reads: small movements, a blink now and then."""
    eyes = 0.12 if chance.random() < 0.06 else chance.gauss(0.35, 0.01)
    room.head(t, chance.gauss(0, 1.0), chance.gauss(0.51, 0.02), mouth=chance.gauss(0.1, 0.01), eyes=eyes)


def photograph(room: Room, t: float, chance: random.Random) -> None:
    """Held by hand: the measurement's noise, and the whole picture moves a little."""
    room.head(
        t,
        chance.gauss(4, 1.0),
        chance.gauss(0.51, 0.008),
        pitch_deg=chance.gauss(3, 1.0),
        mouth=chance.gauss(0.1, 0.01),
        eyes=chance.gauss(0.34, 0.01),
    )


def test_a_photograph_held_up_for_minutes_is_found() -> None:
    room, chance = Room(), random.Random(1)
    for t in range(260):
        photograph(room, t, chance)
    assert room.incidents == {}
    for t in range(260, 280):
        photograph(room, t, chance)
    assert room.open == {"spoof#1"}
    assert room.words("spoof#1").startswith("No sign of a living face for 248.0 s, no blink and no movement")
    for t in range(280, 320):
        live(room, t, chance)
    assert room.open == set()


@pytest.mark.parametrize("seed", range(5))
def test_a_quiet_reader_lives(seed: int) -> None:
    room, chance = Room(), random.Random(seed)
    for t in range(1800):
        live(room, t, chance)
    assert room.incidents == {}


def test_one_sign_of_life_begins_the_minutes_anew() -> None:
    room, chance = Room(), random.Random(1)
    for t in range(1000):
        photograph(room, t, chance)
        if t % 200 == 199:
            room.head(t + 0.5, eyes=0.1)
    assert room.incidents == {}


def test_a_face_that_cannot_be_followed_is_not_still() -> None:
    room, chance = Room(), random.Random(1)
    for t in range(1000):
        if t % 100 < 60:
            photograph(room, t, chance)
        else:
            room.head(t, yaw_deg=None)
            room.ticks(t, t)
    assert room.incidents == {}


def test_without_liveness_here_nothing_is_said() -> None:
    room, chance = Room(), random.Random(1)
    room.feed(DetectorsOff(0.0, (Detector.LIVENESS,)))
    for t in range(400):
        photograph(room, t, chance)
    assert room.incidents == {}


def test_a_camera_that_is_a_program_is_told_when_the_exam_is_live() -> None:
    room = Room()
    room.feed(WatchChanged(1.0, False), CameraDeviceObserved(2.0, 0.9, ("known_label", "no_controls")))
    assert room.incidents == {}
    room.feed(WatchChanged(50.0, True))
    assert room.open == {"virtual_camera#1"}
    assert room.words("virtual_camera#1") == "The camera seems to be a program, known label and no controls"
    room.ticks(51, 70)
    assert room.open == set()
    room.feed(WatchChanged(71.0, False), WatchChanged(80.0, True))
    room.feed(ConnectionChanged(81.0, False), ConnectionChanged(82.0, True))
    assert [key for _, key in room.steps].count("virtual_camera#1") == 2  # not again after a pause


def test_an_honest_camera_is_nothing() -> None:
    room = Room()
    room.feed(CameraDeviceObserved(1.0, 0.15, ("no_controls",)))
    assert room.incidents == {}


def test_another_camera_is_judged_anew() -> None:
    room = Room()
    room.feed(CameraDeviceObserved(1.0, 0.0, ()), CameraDeviceObserved(9.0, 0.9, ("known_label",)))
    assert room.open == {"virtual_camera#1"}


def seconds(room: Room, first: int, last: int) -> None:
    room.feed(*(TimePassed(float(t)) for t in range(first, last + 1)))


def test_pictures_that_stop_while_the_page_is_there_are_told() -> None:
    room = Room()
    for t in range(1, 6):
        room.frame(t, 1)
        seconds(room, t, t)
    seconds(room, 6, 18)
    assert room.incidents == {}
    seconds(room, 19, 19)
    assert room.open == {"camera_blocked#1"}
    assert room.words("camera_blocked#1").startswith("No pictures come for 4.0 s, none in the last 14 s")
    for t in range(20, 25):
        room.frame(t, 1)
        seconds(room, t, t)
    assert room.open == set()


def test_slow_sampling_waits_for_three_intervals() -> None:
    room = Room()
    room.feed(SamplingChanged(0.0, 5.0))
    room.frame(1, 1)
    seconds(room, 1, 15)
    assert room.state.hold(Signal.CAMERA_BLOCKED).began_at_s is None
    seconds(room, 16, 20)
    assert room.open == {"camera_blocked#1"}


def test_a_page_whose_network_is_too_slow_says_so_and_is_believed_for_a_while() -> None:
    room = Room()
    room.frame(1, 1)
    room.page(2.0, K.FRAMES_HELD)
    seconds(room, 3, 300)
    assert room.incidents == {}
    room.page(301.0, K.FRAMES_RESUMED)
    seconds(room, 301, 309)
    assert room.incidents == {}
    room.page(310.0, K.FRAMES_HELD)
    seconds(room, 310, 630)
    assert room.open == {"camera_blocked#1"}  # beyond the network's credit a proctor looks


def test_a_stopped_camera_is_told_as_stopped() -> None:
    room = Room()
    room.frame(1, 1)
    room.page(2.0, K.CAMERA_STOPPED)
    seconds(room, 3, 60)
    assert room.open == {"camera_blocked#1"}
    assert room.words("camera_blocked#1").startswith("Camera switched off")


def test_frames_that_the_server_did_not_look_at_are_not_missing() -> None:
    room = Room()
    for t in range(1, 60):
        room.feed(FrameUnseen(float(t)), TimePassed(float(t)))
    assert room.incidents == {}


def test_a_lost_connection_and_a_pause_begin_the_wait_anew() -> None:
    room = Room()
    room.frame(1, 1)
    room.feed(ConnectionChanged(2.0, False))
    seconds(room, 3, 60)
    room.feed(ConnectionChanged(60.5, True))
    seconds(room, 61, 72)
    assert "camera_blocked#1" not in room.incidents
    room.feed(WatchChanged(73.0, False))
    seconds(room, 74, 200)
    room.feed(WatchChanged(200.5, True))
    seconds(room, 201, 212)
    assert "camera_blocked#1" not in room.incidents
