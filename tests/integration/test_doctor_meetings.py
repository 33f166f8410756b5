"""What `examhall doctor` says of the live view."""

from pathlib import Path

import pytest

from examhall.bootstrap.doctor import examine
from examhall.settings import Settings
from support.livekit_server import SECRET, free_ports, livekit_node
from support.meeting_rigs import TOKEN, realtimekit_service, realtimekit_settings
from support.turn import coturn


def live_view(folder: Path, **settings: object) -> str | None:
    made = Settings(data_dir=folder, port=0, **settings)  # type: ignore[arg-type]
    (finding,) = (found for found in examine(made) if found.what == "live view")
    return finding.wrong


@pytest.mark.livekit
def test_livekit_is_reached_and_knows_us_or_what_is_wrong_is_said(tmp_path: Path) -> None:
    with livekit_node(tmp_path) as node:
        assert live_view(tmp_path, **node.settings) is None
        wrong = live_view(tmp_path, **node.settings | {"livekit_api_secret": "x" * 40})
        assert wrong
        assert "EXAMHALL_LIVEKIT_API_SECRET" in wrong
    away = live_view(tmp_path, **node.settings)
    assert away
    assert "EXAMHALL_LIVEKIT_URL" in away
    assert SECRET not in away + wrong


def test_missing_settings_are_named(tmp_path: Path) -> None:
    assert live_view(tmp_path) is None
    for provider, names in (
        ("livekit", ["LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"]),
        ("realtimekit", ["REALTIMEKIT_ACCOUNT_ID", "REALTIMEKIT_APP_ID", "REALTIMEKIT_API_TOKEN"]),
        ("dyte", ["DYTE_ORG_ID", "DYTE_API_KEY"]),
    ):
        wrong = live_view(tmp_path, meetings=provider)
        assert wrong
        assert all(f"EXAMHALL_{name}" in wrong for name in names)


def test_realtimekit_is_asked(tmp_path: Path) -> None:
    with realtimekit_service() as service:
        settings = realtimekit_settings(service)
        assert live_view(tmp_path, **settings) is None
        wrong = live_view(tmp_path, **settings | {"realtimekit_api_token": "a wrong one"})
        assert wrong
        assert "EXAMHALL_REALTIMEKIT_API_TOKEN" in wrong
        assert TOKEN not in wrong
    assert live_view(tmp_path, **settings)


def test_a_relay_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with coturn(tmp_path) as turn:
        assert live_view(tmp_path, ice_servers=(turn.url,)) is None
    (free,) = free_ports(1)
    wrong = live_view(tmp_path, ice_servers=(f"turn:127.0.0.1:{free}?transport=tcp",))
    assert wrong
    assert f"turn:127.0.0.1:{free}" in wrong
