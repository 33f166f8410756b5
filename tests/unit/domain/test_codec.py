"""What is read is refused with its code when it makes no sense."""

import json
import math

import pytest

from examhall.domain.errors import ExamhallError
from examhall.domain.observation import Detector, DetectorsOff, Doubt, IdentityObserved
from examhall.domain.rules.codec import (
    observation_from_line,
    observation_line,
    state_from_json,
    state_to_json,
)
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
        '{"type":"time","at_s":1e999}',
        '{"type":"time","at_s":1' + "0" * 400 + "}",
        '{"type":"head","at_s":1,"frame_sequence":1,"yaw_deg":"far"}',
        '{"type":"head","at_s":1,"frame_sequence":1,"doubt":"sleepy"}',
        '{"type":"head","at_s":1,"yaw_deg":Infinity,"frame_sequence":1}',
        '{"type":"identity","at_s":1,"distance":-Infinity,"doubt":null,"frame_sequence":1}',
        '{"type":"objects","at_s":1,"looked_for":["dragon"],"objects":[],"frame_sequence":1}',
        '{"type":"objects","at_s":1,"looked_for":[],"objects":[{"label":"phone"}],"frame_sequence":1}',
        '{"type":"objects","at_s":1,"looked_for":[],"objects":[7],"frame_sequence":1}',
        '{"type":"speech","at_s":1,"duration_s":0.5}',
        '{"type":"camera_device","at_s":1,"virtual_score":1,"reasons":[1]}',
        '{"type":"calibrated","at_s":1,"calibration":{"yaw_low_deg":1}}',
        '{"type":"detectors_off","at_s":1,"detectors":["nose"]}',
    ],
)
def test_an_unreadable_observation_has_its_code(line: str) -> None:
    with pytest.raises(ExamhallError) as caught:
        observation_from_line(line)
    assert caught.value.code == "observation_unreadable"


def test_a_detector_under_its_former_name_is_read_as_those_that_it_stands_for() -> None:
    now = (Detector.PHONE, Detector.BOOK, Detector.LAPTOP)
    seen = observation_from_line('{"type":"detectors_off","at_s":1,"detectors":["gaze","objects"]}')
    assert seen == DetectorsOff(1.0, (Detector.GAZE, *now))
    kept = state_to_json(RulesState(detectors_off=now))
    before = json.dumps(kept).replace('["phone", "book", "laptop"]', '["objects"]')
    assert "objects" in before
    assert state_from_json(json.loads(before)).detectors_off == now


def test_an_unreadable_state_has_its_code() -> None:
    good = state_to_json(RulesState())
    for bad in (
        {},
        {**good, "version": 1},
        {**good, "memory": {}},
        {**good, "version": 99},
        {**good, "holds": {"sneeze": {}}},
        {**good, "scans": 3},
    ):
        with pytest.raises(ExamhallError) as caught:
            state_from_json(bad)
        assert caught.value.code == "rules_state_unreadable"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_nobody_could_read_again_is_not_written(number: float) -> None:
    with pytest.raises(ExamhallError) as caught:
        observation_line(IdentityObserved(1.0, number, None, 1))
    assert caught.value.code == "observation_unreadable"


def test_packed_hashes_of_odd_length_have_the_states_code() -> None:
    good = state_to_json(RulesState())
    memory = good["memory"]
    assert isinstance(memory, dict)
    for broken in ("123", "zzzzzzzz"):
        pictures = {**memory["pictures"], "exact": broken}
        with pytest.raises(ExamhallError) as caught:
            state_from_json({**good, "memory": {**memory, "pictures": pictures}})
        assert caught.value.code == "rules_state_unreadable"


def test_what_is_unknown_is_written_and_read_as_none() -> None:
    line = observation_line(IdentityObserved(1.0, None, Doubt.BLURRED, 4))
    assert line == '{"type":"identity","at_s":1.0,"distance":null,"doubt":"blurred","frame_sequence":4}'
    assert observation_from_line(line) == IdentityObserved(1.0, None, Doubt.BLURRED, 4)
