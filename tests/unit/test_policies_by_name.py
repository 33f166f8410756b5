"""A policy named on the command line: a preset or a file, with an answer that helps when it is neither."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from examhall.bootstrap.policies import read_policy
from examhall.domain.errors import ExamhallError
from examhall.domain.policy import Preset
from examhall.domain.presets import PRESETS


@pytest.mark.parametrize("preset", list(Preset))
def test_a_preset_by_its_name(preset: Preset) -> None:
    assert read_policy(preset.value) == PRESETS[preset]


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_file_as_the_api_gives_it(tmp_path: Path, wrapped: bool) -> None:
    body: dict[str, object] = asdict(PRESETS[Preset.STRICT])
    file = tmp_path / "policy.json"
    file.write_text(json.dumps({"revision": 3, "policy": body} if wrapped else body))
    assert read_policy(str(file)) == PRESETS[Preset.STRICT]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "policy_unreadable"),
        ("[]", "policy_unreadable"),
        ('{"name": "x", "signals": {"no_such_signal": {}}}', "policy_unreadable"),
    ],
)
def test_what_is_no_policy_is_refused(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "policy.json"
    file.write_text(text)
    with pytest.raises(ExamhallError) as refused:
        read_policy(str(file))
    assert refused.value.code == code


def test_a_policy_that_no_rule_can_work_with_is_refused(tmp_path: Path) -> None:
    body = asdict(PRESETS[Preset.STANDARD])
    body["scan"]["interval_s"] = 0.01
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(body))
    with pytest.raises(ExamhallError) as refused:
        read_policy(str(file))
    assert refused.value.code == "policy_invalid"


def test_a_name_that_is_nothing_says_what_would_be(tmp_path: Path) -> None:
    with pytest.raises(ExamhallError, match="standard") as refused:
        read_policy(str(tmp_path / "nothing"))
    assert refused.value.code == "policy_unreadable"
