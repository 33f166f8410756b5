"""The socket, pauses, and what is not known meanwhile."""

import pytest

from examhall.domain.observation import (
    ConnectionChanged,
    Observation,
    PageEventKind,
    SecondDeviceObserved,
    WatchChanged,
)
from examhall.domain.policy import Signal
from examhall.domain.rules.engine import wants_fine
from support.watched import STANDARD, Room

K = PageEventKind


def test_a_second_device_is_told_at_once() -> None:
    room = Room()
    room.feed(SecondDeviceObserved(3.0))
    assert room.open == {"second_device#1"}
    room.ticks(4, 20)
    assert room.open == set()


def test_a_lost_connection_holds_then_closes_when_it_is_back() -> None:
    room = Room()
    room.feed(ConnectionChanged(1.0, False))
    room.ticks(2, 5)
    assert room.incidents == {}
    room.ticks(6, 9)
    assert room.open == {"connection_lost#1"}
    room.feed(ConnectionChanged(9.5, True))
    assert room.open == set()
    assert room.incidents["connection_lost#1"].explanation.words == "Connection lost for 8.5 s"


def test_a_lost_connection_freezes_what_the_camera_and_page_were_saying() -> None:
    room = Room()
    for t in range(1, 5):
        room.frame(t, 0)
    room.page(4.0, K.TAB_HIDDEN)
    held = {s: room.state.hold(s).held_s for s in (Signal.NO_FACE, Signal.TAB_HIDDEN)}
    room.feed(ConnectionChanged(4.5, False))
    room.ticks(5, 60)
    assert room.open == {"connection_lost#1"}
    assert held == {Signal.NO_FACE: 3.0, Signal.TAB_HIDDEN: 0.0}
    assert {s: room.state.hold(s).held_s for s in held} == held
    room.feed(ConnectionChanged(60.5, True))
    room.frame(61, 0)
    room.frame(62, 0)
    assert "no_face#1" not in room.incidents
    room.frame(63, 0)
    assert room.open == {"no_face#1"}


@pytest.mark.parametrize(
    ("away", "back"),
    [
        (ConnectionChanged(4.2, False), ConnectionChanged(5.7, True)),
        (WatchChanged(4.2, False), WatchChanged(5.7, True)),
    ],
)
def test_even_a_short_break_does_not_count_and_is_followed_by_a_close_look(
    away: Observation, back: Observation
) -> None:
    room = Room()
    for t in range(1, 5):
        room.frame(t, 0)
    room.feed(away, back)
    assert wants_fine(room.state, 6.0, STANDARD.scan)
    room.frame(6, 0)
    assert room.state.hold(Signal.NO_FACE).held_s == 3.0
    room.frame(7, 0)
    assert room.state.hold(Signal.NO_FACE).held_s == 4.0


def test_a_pause_freezes_and_closes_nothing() -> None:
    room = Room()
    for t in range(1, 7):
        room.frame(t, 2)
    room.feed(WatchChanged(7.0, False))
    for t in range(8, 100):
        room.frame(t, 1)
        room.ticks(t, t)
        room.page(t, K.CLIPBOARD_PASTE)
    assert room.open == {"multiple_faces#1"}
    assert set(room.incidents) == {"multiple_faces#1"}
    room.feed(WatchChanged(100.0, True))
    for t in range(101, 106):
        room.frame(t, 1)
    assert room.open == set()


def test_nothing_counts_before_the_attempt_is_live() -> None:
    room = Room()
    room.feed(WatchChanged(0.0, False))
    for t in range(1, 30):
        room.frame(t, 0)
    room.feed(SecondDeviceObserved(30.0))
    assert room.incidents == {}
