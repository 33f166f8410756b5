"""A signal in shadow is measured like any other and stands for no shown one."""

from examhall.domain.observation import ConnectionChanged, ObjectLabel, PageEventKind, SeenObject
from examhall.domain.policy import Signal, is_shadow
from examhall.domain.rules.plan import PlannedLook, looks_wanted
from support.watched import STANDARD, Room, with_rule


def test_it_is_measured_as_always() -> None:
    policy = with_rule(Signal.PHONE, shadow=True)
    room = Room(policy)
    for t in (5, 6):
        room.objects(t, SeenObject(ObjectLabel.PHONE, 0.9, 0, 0, 5, 5))
    assert room.open == {"phone#1"}
    assert is_shadow(policy, Signal.PHONE)
    assert not is_shadow(policy, Signal.BOOK)
    assert PlannedLook.OBJECTS in looks_wanted(room.state, 20.0, policy)


def test_a_blocked_camera_in_shadow_does_not_hide_a_missing_face() -> None:
    room = Room(with_rule(Signal.CAMERA_BLOCKED, shadow=True))
    for t in range(1, 20):
        room.frame(t, 0, luma=3.0)
    assert room.open == {"camera_blocked#1", "no_face#1"}


def test_between_two_in_shadow_one_cause_stays_one() -> None:
    policy = with_rule(Signal.CAMERA_BLOCKED, shadow=True)
    room = Room(with_rule(Signal.NO_FACE, policy, shadow=True))
    for t in range(1, 20):
        room.frame(t, 0, luma=3.0)
    assert room.open == {"camera_blocked#1"}


def test_a_shown_cause_hides_one_in_shadow() -> None:
    room = Room(with_rule(Signal.NO_FACE, shadow=True))
    for t in range(1, 20):
        room.frame(t, 0, luma=3.0)
    assert room.open == {"camera_blocked#1"}


def test_a_hidden_tab_in_shadow_does_not_hide_a_lost_focus() -> None:
    room = Room(with_rule(Signal.TAB_HIDDEN, shadow=True))
    room.page(1.0, PageEventKind.TAB_HIDDEN)
    room.page(1.0, PageEventKind.WINDOW_BLURRED)
    room.ticks(2, 10)
    assert room.open == {"tab_hidden#1", "window_blur#1"}


def test_a_lost_connection_makes_things_unknown_even_in_shadow() -> None:
    room = Room(with_rule(Signal.CONNECTION_LOST, shadow=True))
    for t in range(1, 4):
        room.frame(t, 0)
    room.feed(ConnectionChanged(4.0, False))
    assert room.state.hold(Signal.NO_FACE).held_s == 2.0
    assert STANDARD.signals[Signal.NO_FACE].shadow is False
