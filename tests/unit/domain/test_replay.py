"""Stored observations under other thresholds."""

from dataclasses import replace

from examhall.domain.observation import CameraObserved, FacesObserved, Observation, Scan, WatchChanged
from examhall.domain.policy import Signal
from examhall.domain.rules.replay import compare, replay
from support.watched import FACES, STANDARD, with_rule


def recording(*spans: tuple[int, int, int]) -> list[Observation]:
    """One frame a second for two minutes; spans are (first second, last second, faces)."""
    seen: list[Observation] = [WatchChanged(0.0, True)]
    for t in range(1, 120):
        faces = next((n for first, last, n in spans if first <= t <= last), 1)
        seen.append(CameraObserved(t, 100.0, 50.0, 200.0, t, t, t))
        seen.append(FacesObserved(t, Scan.FINE, FACES[:faces], t))
    return seen


def test_the_same_policy_gives_the_same_incidents() -> None:
    seen = recording((10, 20, 2), (60, 70, 0))
    first, again = replay(seen, STANDARD), replay(iter(seen), STANDARD)
    assert [i.key for i in first.incidents] == ["multiple_faces#1", "no_face#1"]
    assert (first.first_s, first.last_s) == (0.0, 119.0)
    same = compare(first.incidents, again.incidents)
    assert (same.appeared, same.vanished, same.changed) == ((), (), ())
    assert same.unchanged == first.incidents


def test_other_thresholds_show_what_appears_vanishes_and_changes() -> None:
    seen = recording((10, 20, 2), (60, 64, 0), (80, 84, 2))
    patient = with_rule(Signal.MULTIPLE_FACES, hold_s=6.0)
    quick = with_rule(Signal.NO_FACE, patient, hold_s=2.0)
    result = compare(replay(seen, STANDARD).incidents, replay(seen, quick).incidents)
    assert [i.signal for i in result.appeared] == [Signal.NO_FACE]
    assert [(i.signal, i.began_at_s) for i in result.vanished] == [(Signal.MULTIPLE_FACES, 80)]
    assert [(c.before.opened_at_s, c.after.opened_at_s) for c in result.changed] == [(13, 16)]
    assert result.unchanged == ()


def test_keys_that_shift_are_the_same_incidents() -> None:
    seen = recording((10, 14, 2), (60, 80, 2))
    result = compare(
        replay(seen, STANDARD).incidents,
        replay(seen, with_rule(Signal.MULTIPLE_FACES, hold_s=10.0)).incidents,
    )
    assert [i.key for i in result.vanished] == ["multiple_faces#1"]
    assert [(c.before.key, c.after.key) for c in result.changed] == [("multiple_faces#2", "multiple_faces#1")]


def test_shadow_is_kept_apart() -> None:
    seen = recording((10, 20, 2))
    result = replay(seen, with_rule(Signal.MULTIPLE_FACES, shadow=True))
    assert result.incidents == ()
    assert [i.key for i in result.shadow] == ["multiple_faces#1"]


def test_nothing_seen_is_nothing_found() -> None:
    empty = replay([], STANDARD)
    assert (empty.incidents, empty.first_s, empty.last_s) == ((), 0.0, 0.0)


def test_one_open_incident_is_not_matched_twice() -> None:
    (incident,) = replay(recording((10, 119, 2)), STANDARD).incidents
    split = (replace(incident, key="a", closed_at_s=30.0), replace(incident, key="b", opened_at_s=40.0))
    result = compare((incident,), split)
    assert len(result.changed) + len(result.unchanged) == 1
    assert len(result.appeared) == 1
