"""Neither our keys nor the pages' tickets get into the log, whatever its level."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.livekit_server import SECRET, livekit_node
from support.meeting_rigs import (
    TOKEN,
    dyte_service,
    dyte_settings,
    realtimekit_service,
    realtimekit_settings,
)
from support.served import Served


@contextmanager
def livekit(folder: Path) -> Iterator[tuple[dict[str, str], str]]:
    with livekit_node(folder) as node:
        yield node.settings, SECRET


@contextmanager
def realtimekit(folder: Path) -> Iterator[tuple[dict[str, str], str]]:
    with realtimekit_service() as service:
        yield realtimekit_settings(service), TOKEN


@contextmanager
def dyte(folder: Path) -> Iterator[tuple[dict[str, str], str]]:
    with dyte_service() as service:
        yield dyte_settings(service), TOKEN


@pytest.mark.parametrize(
    "provider",
    [pytest.param(livekit, marks=pytest.mark.livekit), realtimekit, dyte],
    ids=lambda p: p.__name__,
)
def test_no_secret_is_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider) -> None:
    with provider(tmp_path) as (settings, secret):
        for name, value in {**settings, "log_level": "debug"}.items():
            monkeypatch.setenv(f"EXAMHALL_{name.upper()}", value)
        served = Served(tmp_path)
        served.start()
        try:
            served.set_up()
            exam_id = served.exam()
            invited = served.invite(exam_id, "Alan")
            candidate = served.enter(invited)
            ticket = candidate.ask("POST", f"/attempts/{invited.attempt_id}/meeting/join", {})
            again = candidate.ask("POST", f"/attempts/{invited.attempt_id}/meeting/join", {"refresh": True})
            served.proctor.ask("GET", f"/attempts/{invited.attempt_id}/meeting")
        finally:
            served.close()
        log = (tmp_path / "data" / "app.log").read_text() + (tmp_path / "log.txt").read_text()
        assert "meeting/join" in log
        for word in (secret, ticket["token"], again["token"]):
            assert word not in log
