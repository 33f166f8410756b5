"""Behaviours are timelines: what they show, when, and that they come around."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.adapters.simulation.behaviours import STEPS, Behaviour, Scene, Step, scenes_of, step_at

CALM = Step(1)


def _same_but_length(a: Step, b: Step) -> bool:
    return replace(a, lasts_s=1) == replace(b, lasts_s=1)


@pytest.mark.parametrize("behaviour", list(Behaviour))
def test_starts_and_ends_calm(behaviour: Behaviour) -> None:
    steps = STEPS[behaviour]
    assert _same_but_length(steps[0], CALM)
    assert _same_but_length(steps[-1], CALM)


@pytest.mark.parametrize("behaviour", [one for one in Behaviour if one is not Behaviour.BEHAVES])
def test_something_happens_within_half_a_minute_and_does_not_fill_the_cycle(behaviour: Behaviour) -> None:
    steps = STEPS[behaviour]
    first = next(t for t in range(60) if not _same_but_length(step_at(steps, t), CALM))
    assert 5 <= first <= 30
    unusual = sum(step.lasts_s for step in steps if not _same_but_length(step, CALM))
    assert unusual < sum(step.lasts_s for step in steps) / 2


def test_who_behaves_shows_nothing_else() -> None:
    assert all(_same_but_length(step, CALM) for step in STEPS[Behaviour.BEHAVES])


def test_every_behaviour_does_one_thing_of_its_own() -> None:
    def unusual(behaviour: Behaviour) -> list[Step]:
        return [replace(step, lasts_s=1) for step in STEPS[behaviour] if not _same_but_length(step, CALM)]

    assert unusual(Behaviour.LEAVES_SEAT) == [Step(1, Scene.EMPTY_SEAT)]
    assert unusual(Behaviour.SECOND_PERSON) == [Step(1, Scene.SECOND_PERSON)]
    assert unusual(Behaviour.COVERS_CAMERA) == [Step(1, Scene.COVERED)]
    assert unusual(Behaviour.SWITCHES_TAB) == [Step(1, tab_visible=False)]
    assert unusual(Behaviour.LOSES_CONNECTION) == [Step(1, connected=False)]
    assert unusual(Behaviour.PERSON_BEHIND) == [Step(1, Scene.PERSON_BEHIND)]
    assert unusual(Behaviour.SWAPS_SEAT) == [Step(1, Scene.SOMEBODY_ELSE)]
    assert unusual(Behaviour.SECOND_SCREEN) == [Step(1, second_screen=True)]
    assert unusual(Behaviour.MUTES_MICROPHONE) == [Step(1, muted=True)]
    assert unusual(Behaviour.VIRTUAL_CAMERA) == [Step(1, virtual_camera=True)]


@given(
    st.lists(st.floats(0.1, 100), min_size=1, max_size=6),
    st.floats(0, 10_000, allow_nan=False),
)
def test_the_step_that_holds_is_found_at_any_time(lengths: list[float], t_s: float) -> None:
    steps = [Step(length) for length in lengths]
    found = step_at(steps, t_s)
    assert found in steps


def test_steps_follow_each_other_and_come_around() -> None:
    steps = (Step(2), Step(3, Scene.COVERED), Step(1))
    shown = [step_at(steps, t).scene for t in (0, 1.9, 2, 4.9, 5, 6, 7.9, 8)]
    normal, covered = Scene.NORMAL, Scene.COVERED
    assert shown == [normal, normal, covered, covered, normal, normal, normal, covered]
    assert scenes_of(steps) == {normal, covered}
