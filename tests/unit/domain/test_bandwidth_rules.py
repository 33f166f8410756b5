"""What a page leaves out on purpose, because its line is slow, is never taken for something missing."""

import pytest

from examhall.domain.bandwidth import BandwidthRung
from examhall.domain.errors import ExamhallError
from examhall.domain.observation import BandwidthChanged, FrameUnseen, TimePassed
from examhall.domain.observation import PageEventKind as K
from examhall.domain.rules.codec import (
    observation_from_json,
    observation_from_line,
    observation_line,
    state_from_json,
    state_to_json,
)
from examhall.domain.rules.state import RulesState, max_gap_s
from support.watched import Room


def seconds(room: Room, first: int, last: int) -> None:
    for t in range(first, last + 1):
        room.feed(TimePassed(float(t)))


def test_events_only_waits_for_pictures_as_long_as_it_takes() -> None:
    room = Room()
    room.frame(1, 1)
    room.feed(BandwidthChanged(2.0, BandwidthRung.EVENTS_ONLY))
    seconds(room, 3, 1800)
    assert room.incidents == {}


def test_a_better_line_is_given_its_time_before_pictures_are_missed() -> None:
    room = Room()
    room.frame(1, 1)
    room.feed(BandwidthChanged(2.0, BandwidthRung.EVENTS_ONLY))
    seconds(room, 3, 600)
    room.feed(BandwidthChanged(600.0, BandwidthRung.FULL))
    seconds(room, 601, 609)
    assert room.incidents == {}
    seconds(room, 610, 630)
    assert room.open == {"camera_blocked#1"}


def test_slower_pictures_are_measured_in_their_own_interval() -> None:
    room = Room()
    room.feed(BandwidthChanged(0.0, BandwidthRung.FRAMES_SLOWER))
    assert max_gap_s(room.state, room.policy) == 2 * 2 * room.policy.scan.interval_s
    for t in range(0, 60, 2):
        room.frame(float(t), 1)
        room.feed(TimePassed(t + 1.0))
    assert room.incidents == {}


def test_a_finding_still_holds_at_the_slower_pace() -> None:
    room = Room()
    room.feed(BandwidthChanged(0.0, BandwidthRung.FRAMES_SLOWER))
    for i in range(20):
        room.frame(i * 4 * room.policy.scan.interval_s, 2)
    assert "multiple_faces#1" in room.open


def test_the_first_rungs_leave_the_pictures_as_they_are() -> None:
    for rung in (BandwidthRung.RECORDING_SMALL, BandwidthRung.RECORDING_LATER, BandwidthRung.LIVE_VIEW_SMALL):
        room = Room()
        room.frame(1, 1)
        room.feed(BandwidthChanged(2.0, rung))
        seconds(room, 3, 20)
        assert room.open == {"camera_blocked#1"}


def test_a_camera_that_was_switched_off_is_still_told() -> None:
    room = Room()
    room.feed(BandwidthChanged(0.0, BandwidthRung.EVENTS_ONLY), FrameUnseen(1.0))
    room.page(2.0, K.CAMERA_STOPPED)
    seconds(room, 3, 60)
    assert room.words("camera_blocked#1").startswith("Camera switched off")


def test_it_replays_from_a_file() -> None:
    seen = BandwidthChanged(3.5, BandwidthRung.FRAMES_SLOWER)
    assert observation_from_line(observation_line(seen)) == seen
    with pytest.raises(ExamhallError, match="rung must be one of 0, 1, 2, 3, 4, 5"):
        observation_from_json({"type": "bandwidth", "at_s": 1.0, "rung": 6})


def test_it_is_remembered_and_a_state_of_before_reads_as_a_full_line() -> None:
    state = RulesState(rung=BandwidthRung.EVENTS_ONLY)
    saved = state_to_json(state)
    assert state_from_json(saved) == state
    del saved["rung"]
    assert state_from_json(saved).rung is BandwidthRung.FULL
