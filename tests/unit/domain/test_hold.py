"""From a finding to an incident: hold, release, cool-down, words."""

from examhall.domain.incident import IncidentStep
from examhall.domain.policy import Signal
from examhall.domain.rules.engine import close_all
from support.watched import Room


def test_a_finding_that_returns_within_the_cool_down_is_the_same_incident() -> None:
    room = Room()
    for t in range(1, 5):
        room.frame(t, 2)
    for t in range(5, 12):
        room.frame(t, 1)
    for t in range(12, 16):
        room.frame(t, 2)
    incident = room.incidents["multiple_faces#1"]
    assert (incident.times, incident.closed_at_s, incident.opened_at_s) == (2, None, 4)
    assert incident.explanation.words == "2 faces for 6.0 s, best scores 0.98 and 0.91, 2 times"
    assert [s for s, _ in room.steps] == ["opened", "closed", "extended"]
    for t in range(16, 60):
        room.frame(t, 1)
    for t in range(60, 65):
        room.frame(t, 2)
    assert room.open == {"multiple_faces#2"}


def test_extensions_come_every_two_seconds_or_when_the_fact_changes() -> None:
    room = Room()
    for tick in range(10, 60):
        room.frame(tick / 10, 2)
    opened_at = 4.0
    assert room.incidents["multiple_faces#1"].opened_at_s == opened_at
    assert [s for s, _ in room.steps] == ["opened"]
    room.frame(5.95, 3)
    assert [s for s, _ in room.steps] == ["opened", "extended"]
    assert room.incidents["multiple_faces#1"].explanation.words.startswith("3 faces")
    for tick in range(60, 85):
        room.frame(tick / 10, 3)
    assert [s for s, _ in room.steps] == ["opened", "extended", "extended"]


def test_the_end_closes_what_is_open() -> None:
    room = Room()
    for t in range(1, 6):
        room.frame(t, 2)
    state, changes = close_all(room.state, 7.0)
    assert [(c.step, c.incident.closed_at_s) for c in changes] == [(IncidentStep.CLOSED, 7.0)]
    assert close_all(state, 8.0)[1] == ()


def test_a_clock_that_runs_backwards_adds_nothing() -> None:
    room = Room()
    for t in (10, 4, 9, 3, 8, 2):
        room.frame(t, 2)
    assert room.state.hold(Signal.MULTIPLE_FACES).held_s == 0.0
    assert room.state.now_s == 10
