"""What is read is refused with its code when it makes no sense."""

import pytest

from examhall.domain.errors import ExamhallError
from examhall.domain.rules.codec import observation_from_line, state_from_json, state_to_json
from examhall.domain.rules.engine import RulesState


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[]",
        '{"type":"time"}',
        '{"type":"time","at_s":true}',
        '{"type":"later","at_s":1}',
        '{"type":"page_event","at_s":1,"kind":"sneezed"}',
        '{"type":"faces","at_s":1,"scan":"fine","faces":[[1,2,3]],"frame_sequence":1}',
        '{"type":"time","at_s":NaN}',
    ],
)
def test_an_unreadable_observation_has_its_code(line: str) -> None:
    with pytest.raises(ExamhallError) as caught:
        observation_from_line(line)
    assert caught.value.code == "observation_unreadable"


def test_an_unreadable_state_has_its_code() -> None:
    good = state_to_json(RulesState())
    for bad in ({}, {**good, "version": 99}, {**good, "holds": {"sneeze": {}}}, {**good, "scans": 3}):
        with pytest.raises(ExamhallError) as caught:
            state_from_json(bad)
        assert caught.value.code == "rules_state_unreadable"
