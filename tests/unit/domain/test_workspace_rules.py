"""What the candidate's page says of itself."""

from examhall.domain.incident import IncidentStep
from examhall.domain.observation import (
    PageEventKind,
)
from support.watched import Room

K = PageEventKind


def test_a_hidden_tab_is_not_also_a_window_without_focus() -> None:
    room = Room()
    room.page(1.0, K.WINDOW_BLURRED)
    room.page(1.1, K.TAB_HIDDEN)
    room.ticks(2, 20)
    assert room.open == {"tab_hidden#1"}
    room.page(20.5, K.TAB_VISIBLE)
    room.ticks(21, 30)
    assert room.open == {"window_blur#1"}


def test_a_short_look_away_from_the_window_is_nothing() -> None:
    room = Room()
    room.page(1.0, K.WINDOW_BLURRED)
    room.ticks(2, 4)
    room.page(4.9, K.WINDOW_FOCUSED)
    room.ticks(5, 20)
    assert room.incidents == {}


def test_full_screen_and_screen_share() -> None:
    room = Room()
    room.page(1.0, K.FULLSCREEN_LEFT)
    room.page(1.0, K.SCREEN_SHARE_STOPPED)
    room.ticks(2, 10)
    assert room.open == {"fullscreen_exit#1", "screen_share_stopped#1"}
    room.page(10.5, K.FULLSCREEN_ENTERED)
    room.page(10.6, K.SCREEN_SHARE_STARTED)
    room.ticks(11, 14)
    assert room.open == set()
    assert room.incidents["fullscreen_exit#1"].explanation.words == "Full screen left for 9.5 s"


def test_a_late_event_may_close_but_not_open() -> None:
    room = Room()
    room.page(1.0, K.TAB_HIDDEN, late=True)
    room.ticks(2, 20)
    assert room.incidents == {}
    room.page(20.5, K.TAB_HIDDEN)  # now the page says it in time
    room.ticks(21, 25)
    assert room.open == {"tab_hidden#1"}
    room.page(25.5, K.TAB_VISIBLE, late=True)
    room.ticks(26, 30)
    assert room.open == set()


def test_a_late_event_does_not_complete_a_hold() -> None:
    room = Room()
    room.page(1.0, K.TAB_HIDDEN)
    room.ticks(2, 2)
    room.page(3.9, K.TAB_VISIBLE, late=True)  # in time it would have opened: hidden for 2.9 s
    room.ticks(4, 20)
    assert room.incidents == {}


def test_a_late_event_older_than_the_newest_word_is_ignored() -> None:
    room = Room()
    room.page(10.0, K.TAB_HIDDEN)
    room.page(5.0, K.TAB_VISIBLE, late=True)
    room.ticks(11, 15)
    assert room.open == {"tab_hidden#1"}


def test_clipboard_opens_at_once_and_counts() -> None:
    room = Room()
    room.page(1.0, K.CLIPBOARD_PASTE)
    assert room.steps == [(IncidentStep.OPENED, "clipboard#1")]
    room.page(1.5, K.CLIPBOARD_COPY)
    room.page(1.6, K.CLIPBOARD_PASTE, late=True)
    room.ticks(2, 4)
    incident = room.incidents["clipboard#1"]
    assert (incident.times, incident.explanation.words) == (3, "Clipboard used, last: paste, 3 times")
    room.ticks(5, 20)
    assert room.open == set()
    room.page(30.0, K.CLIPBOARD_PASTE)  # within the cool-down
    assert room.incidents["clipboard#1"].times == 4
    room.ticks(31, 150)
    room.page(151.0, K.CLIPBOARD_PASTE)
    assert set(room.incidents) == {"clipboard#1", "clipboard#2"}
