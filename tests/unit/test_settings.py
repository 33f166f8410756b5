"""Settings: what is refused, what follows from what."""

import os
from pathlib import Path

import pytest

from examhall.bootstrap.doctor import https_problem, several_servers_problem
from examhall.cli.options import settings_from
from examhall.domain.errors import ExamhallError
from examhall.settings import Settings


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("EXAMHALL_")]:
        monkeypatch.delenv(name)


def test_nothing_secret_has_a_default() -> None:
    settings = Settings()
    assert settings.metrics_token is settings.detect_faces_token is settings.ice_credential is None
    assert settings.loopback


def test_the_environment_is_read_and_the_command_line_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMHALL_PORT", "9000")
    monkeypatch.setenv("EXAMHALL_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.0/8,")
    monkeypatch.setenv("EXAMHALL_METRICS_TOKEN", "hush")
    settings = settings_from(port=9001, host=None)
    assert settings.port == 9001
    assert settings.trusted_proxies == ("10.0.0.1", "10.0.0.0/8")
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "exams.example.org"),
        ("PUBLIC_URL", "https://x/path"),
        ("PORT", "70000"),
        ("WORKERS", "0"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"EXAMHALL_{name}", value)
    with pytest.raises(ExamhallError) as refused:
        settings_from()
    assert refused.value.code == "settings_invalid"
    assert f"EXAMHALL_{name}" in refused.value.message


@pytest.mark.parametrize(
    ("given", "base_url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 80}, "http://127.0.0.1:80"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"public_url": "https://exams.example.org/"}, "https://exams.example.org"),
        ({"tls_cert": "/c", "tls_key": "/k"}, "https://127.0.0.1:8000"),
    ],
)
def test_where_links_lead(given: dict[str, str | int], base_url: str) -> None:
    assert settings_from(**given).base_url == base_url


def test_plain_http_for_others_is_said() -> None:
    assert https_problem(settings_from()) is None
    assert https_problem(settings_from(host="0.0.0.0", public_url="https://exams.example.org")) is None
    assert "no camera" in (https_problem(settings_from(host="0.0.0.0")) or "")


def test_one_processor_is_left_for_the_server() -> None:
    assert 1 <= Settings().worker_count <= 8
    assert Settings().worker_count == min(8, os.cpu_count() or 1)
    assert Settings(workers=12).worker_count == 12


def test_one_of_several_servers_keeps_nothing_to_itself(tmp_path: Path) -> None:
    assert several_servers_problem(Settings(data_dir=tmp_path)) is None
    alike = {
        "redis_url": "redis://localhost/0",
        "database_url": "postgresql+asyncpg://localhost/exams",
        "evidence_url": "s3://exams",
        "keys_dir": tmp_path,
        "public_url": "https://exams.example.org",
    }
    assert several_servers_problem(Settings(data_dir=tmp_path, **alike)) is None  # type: ignore[arg-type]
    for name in ("database_url", "evidence_url", "keys_dir", "public_url"):
        wrong = several_servers_problem(Settings(data_dir=tmp_path, **alike | {name: None}))  # type: ignore[arg-type]
        assert wrong is not None
        assert f"EXAMHALL_{name.upper()}" in wrong
        assert "localhost" not in wrong
