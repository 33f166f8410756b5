"""`examhall replay` on a recording and on what a real attempt stored."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from examhall.cli import app
from examhall.domain.policy import Preset
from examhall.domain.presets import PRESETS
from support.attempts import EXAM, opened, seed

RECORDINGS = Path(__file__).resolve().parents[1] / "unit" / "domain" / "recordings"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def told(result: Result) -> dict[str, list[dict[str, object]]]:
    (line,) = result.stdout.splitlines()
    answer: dict[str, list[dict[str, object]]] = json.loads(line)
    return answer


def policy_file(folder: Path, signal: str, **rule: object) -> Path:
    """The standard policy with one signal's rule changed."""
    body = asdict(PRESETS[Preset.STANDARD])
    body["signals"][signal].update(rule)
    path = folder / "policy.json"
    path.write_text(json.dumps(body))
    return path


def test_the_same_policy_changes_nothing() -> None:
    answer = told(run("replay", RECORDINGS / "second_person.jsonl", "--policy", "standard", "--json"))
    assert answer["appeared"] == answer["vanished"] == answer["changed"] == []
    assert [incident["signal"] for incident in answer["unchanged"]] == ["multiple_faces"]


def test_a_longer_hold_lets_an_incident_vanish(tmp_path: Path) -> None:
    patient = policy_file(tmp_path, "multiple_faces", hold_s=60)
    answer = told(run("replay", RECORDINGS / "second_person.jsonl", "--policy", patient, "--json"))
    assert [incident["signal"] for incident in answer["vanished"]] == ["multiple_faces"]
    assert answer["appeared"] == answer["unchanged"] == []


def test_and_the_other_way_round_it_appears(tmp_path: Path) -> None:
    patient = policy_file(tmp_path, "multiple_faces", hold_s=60)
    recording = RECORDINGS / "second_person.jsonl"
    answer = told(run("replay", recording, "--policy", "standard", "--baseline", patient, "--json"))
    assert [incident["signal"] for incident in answer["appeared"]] == ["multiple_faces"]


def test_a_shadow_signal_is_told_apart(tmp_path: Path) -> None:
    shadow = policy_file(tmp_path, "multiple_faces", shadow=True)
    answer = told(run("replay", RECORDINGS / "second_person.jsonl", "--policy", shadow, "--json"))
    assert [incident["signal"] for incident in answer["shadow"]] == ["multiple_faces"]
    assert [incident["signal"] for incident in answer["vanished"]] == ["multiple_faces"]


@pytest.mark.parametrize("what", [f"{EXAM}-ada", EXAM])
def test_a_stored_attempt_and_a_whole_exam_are_run_again(tmp_path: Path, what: str) -> None:
    lines = (RECORDINGS / "second_person.jsonl").read_text().splitlines(keepends=True)

    async def store() -> None:
        async with opened(tmp_path) as world:
            await seed(world, "ada", "bob")
            await world.go_live(f"{EXAM}-ada")
            async with world.store.begin(f"{EXAM}-ada") as tx:
                await tx.add_observations(0.0, 10.0, "".join(lines[:40]))
                await tx.add_observations(10.0, 99.0, "".join(lines[40:]))

    asyncio.run(store())
    answer = told(run("replay", what, "--policy", "standard", "--data-dir", tmp_path, "--json"))
    assert answer["recording"] == f"{EXAM}-ada"
    assert [incident["signal"] for incident in answer["unchanged"]] == ["multiple_faces"]


def test_words_say_what_changes(tmp_path: Path) -> None:
    patient = policy_file(tmp_path, "no_face", hold_s=60)
    result = run("replay", RECORDINGS / "leaves_seat.jsonl", "--policy", patient)
    assert "1 incidents before, 0 under the new policy" in result.stdout
    assert "No face for" in result.stdout


@pytest.mark.parametrize(
    ("what", "code"), [("nothing-of-that-name", "recording_not_found"), ("broken", "observation_unreadable")]
)
def test_what_cannot_be_replayed_says_why(tmp_path: Path, what: str, code: str) -> None:
    if what == "broken":
        (tmp_path / "broken").write_text('{"type": "time", "at_s": 1}\nnot json\n')
        what = str(tmp_path / "broken")
    result = run("replay", what, "--policy", "strict", "--data-dir", tmp_path / "data")
    assert result.exit_code != 0
    assert getattr(result.exception, "code", None) == code
    if code == "observation_unreadable":
        assert "line 2" in str(result.exception)
