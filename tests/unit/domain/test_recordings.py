"""Recorded observations replayed: each file gives exactly the incidents written beside it."""

import json
from pathlib import Path

import pytest

from examhall.domain.incident import IncidentState
from examhall.domain.policy import Preset
from examhall.domain.presets import PRESETS
from examhall.domain.rules.codec import (
    observation_from_line,
    observation_line,
    state_from_json,
    state_to_json,
)
from examhall.domain.rules.engine import ContentMode, RulesState, effective_policy, step

RECORDINGS = Path(__file__).parent / "recordings"
NAMES = sorted(path.stem for path in RECORDINGS.glob("*.jsonl"))


def replay(name: str, mode: ContentMode = ContentMode.FRAME) -> dict[str, IncidentState]:
    policy = effective_policy(PRESETS[Preset.STANDARD], mode)
    state, incidents = RulesState(), dict[str, IncidentState]()
    for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines():
        state, changes = step(state, observation_from_line(line), policy)
        incidents.update({change.incident.key: change.incident for change in changes})
    return incidents


def written(incident: IncidentState) -> dict[str, object]:
    return {
        "key": incident.key,
        "severity": incident.severity,
        "began_at_s": incident.began_at_s,
        "opened_at_s": incident.opened_at_s,
        "last_seen_at_s": incident.last_seen_at_s,
        "closed_at_s": incident.closed_at_s,
        "times": incident.times,
        "confidence": incident.confidence,
        "words": incident.explanation.words,
    }


def test_the_recordings_are_there() -> None:
    assert NAMES == [
        "behaves",
        "covers_camera",
        "leaves_seat",
        "loses_connection",
        "second_person",
        "switches_tab",
        "watched_closely",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_gives_its_incidents(name: str) -> None:
    expected = json.loads((RECORDINGS / f"{name}.expected.json").read_text())
    assert [written(incident) for incident in replay(name).values()] == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_line_is_written_as_it_was_read(name: str) -> None:
    for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines():
        assert observation_line(observation_from_line(line)) == line


@pytest.mark.parametrize("name", NAMES)
def test_a_state_saved_after_any_line_comes_back_whole(name: str) -> None:
    policy, state = PRESETS[Preset.STANDARD], RulesState()
    for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines():
        state, _ = step(state, observation_from_line(line), policy)
        assert state_from_json(json.loads(json.dumps(state_to_json(state)))) == state


def test_who_behaves_has_no_incident_for_a_glance_away_or_one_odd_frame() -> None:
    assert replay("behaves") == {}


def test_content_beside_the_page_switches_the_tab_signals_off() -> None:
    assert set(replay("switches_tab", ContentMode.BESIDE)) == {"clipboard#1"}
