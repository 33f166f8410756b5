"""The state table: every pair of a state and an action is either allowed or refused by name."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.domain.attempt import OVER, TRANSITIONS, AttemptAction, AttemptState, next_state
from examhall.domain.errors import ErrorKind, IllegalTransition

PAIRS = list(product(AttemptState, AttemptAction))


@pytest.mark.parametrize(("state", "action"), PAIRS)
def test_every_pair(state: AttemptState, action: AttemptAction) -> None:
    if (state, action) in TRANSITIONS:
        assert next_state(state, action) is TRANSITIONS[state, action]
        return
    with pytest.raises(IllegalTransition) as caught:
        next_state(state, action)
    would_be = {after for (_, a), after in TRANSITIONS.items() if a is action}
    assert caught.value.kind is ErrorKind.CONFLICT
    assert caught.value.code == "illegal_state_change"
    assert state in caught.value.message
    assert any(after in caught.value.message for after in would_be)


def test_the_way_of_the_design_is_allowed() -> None:
    state = AttemptState.INVITED
    way = []
    for action in ("check_in", "finish_check_in", "start", "pause", "resume", "submit", "review"):
        state = next_state(state, AttemptAction(action))
        way.append(str(state))
    assert way == ["checking_in", "waiting", "live", "paused", "live", "submitted", "reviewed"]


@given(st.lists(st.sampled_from(list(AttemptAction)), max_size=30))
def test_what_is_over_never_runs_again(actions: list[AttemptAction]) -> None:
    state, over = AttemptState.INVITED, False
    for action in actions:
        if (state, action) in TRANSITIONS:
            state = next_state(state, action)
        assert not (over and state not in OVER)
        over = state in OVER


def test_every_state_can_be_reached_and_left_to_the_end() -> None:
    reached = {AttemptState.INVITED} | set(TRANSITIONS.values())
    assert reached == set(AttemptState)
    assert {before for before, _ in TRANSITIONS} == set(AttemptState) - {AttemptState.REVIEWED}
