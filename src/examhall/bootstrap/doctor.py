"""Looks at this machine and says what is missing and how to mend it."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from examhall.adapters.keys import exposed
from examhall.adapters.meetings.stun import answers
from examhall.adapters.system import SystemClock
from examhall.application.ports.meetings import MeetingProvider
from examhall.bootstrap.certificate import certificate_problem
from examhall.bootstrap.evidence import evidence_problem
from examhall.bootstrap.listening import take_port
from examhall.bootstrap.meetings import build_provider
from examhall.bootstrap.models import check_models_fit, verify_models
from examhall.domain.errors import ExamhallError
from examhall.settings import Settings

PYTHON_AT_LEAST = (3, 11)
STATIC = Path(__file__).parent.parent / "web" / "static"


@dataclass(frozen=True, slots=True)
class Finding:
    """`wrong` None: all is well. Otherwise what is missing and how to mend it."""

    what: str
    wrong: str | None


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check, in the order in which things are needed; changes nothing."""
    checks: tuple[tuple[str, Callable[[Settings], str | None]], ...] = (
        ("Python", _python),
        ("model files", _models),
        ("web pages", _pages),
        ("data folder", _data_folder),
        ("keys", _keys),
        ("disk", lambda s: disk_problem(s.data_dir, s.min_free_disk_mb)),
        ("evidence", lambda s: asyncio.run(evidence_problem(s))),
        ("several servers", several_servers_problem),
        ("port", _port),
        ("https", https_problem),
        ("certificate", certificate_problem),
        ("live view", _meetings),
    )
    for what, check in checks:
        yield Finding(what, check(settings))


def _python(_: Settings) -> str | None:
    if sys.version_info >= PYTHON_AT_LEAST:
        return None
    return f"Python {'.'.join(map(str, PYTHON_AT_LEAST))} or newer is needed; install it, then run make setup"


def _models(settings: Settings) -> str | None:
    try:
        verify_models(settings.models_dir)
        check_models_fit(settings.models_dir)
    except ExamhallError as error:
        return error.message
    return None


def _pages(settings: Settings) -> str | None:
    index = (settings.static_dir or STATIC) / "index.html"
    return None if index.is_file() else "the web pages are not built; run make setup"


def _data_folder(settings: Settings) -> str | None:
    folder = _existing(settings.data_dir)
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return f"cannot write in {folder}: {error.strerror}; give the server's user the right, or choose --data-dir"


def _keys(settings: Settings) -> str | None:
    if (
        settings.tls_key is not None
        and settings.tls_key.is_file()
        and settings.tls_key.stat().st_mode & 0o007
    ):
        return f"everybody on this machine may read {settings.tls_key}; run: chmod 600 '{settings.tls_key}'"
    return exposed(settings.keys_folder)


def disk_problem(folder: Path, min_free_mb: int) -> str | None:
    """For /readyz too."""
    free_mb = shutil.disk_usage(_existing(folder)).free // 1_000_000
    if free_mb >= min_free_mb:
        return None
    return f"only {free_mb} MB are free where the data is; make room (EXAMHALL_MIN_FREE_DISK_MB is {min_free_mb})"


def several_servers_problem(settings: Settings) -> str | None:
    """What one server of several keeps to itself, though the others need it."""
    if settings.redis_url is None:
        return None
    shared = {
        "EXAMHALL_DATABASE_URL": settings.database_url,
        "EXAMHALL_EVIDENCE_URL": settings.evidence_url,
        "EXAMHALL_KEYS_DIR": settings.keys_dir,
        "EXAMHALL_PUBLIC_URL": settings.public_url,
    }
    lacking = [name for name, value in shared.items() if value is None]
    if not lacking:
        return None
    return (
        f"EXAMHALL_REDIS_URL makes this one of several servers, and the others would not have what it keeps: "
        f"set {', '.join(lacking)} on all of them alike (docs/scaling.md)"
    )


def _port(settings: Settings) -> str | None:
    try:
        listening, _ = take_port(settings)
    except ExamhallError as error:
        return error.message
    listening.close()
    return None


def https_problem(settings: Settings) -> str | None:
    """Why browsers will not give their cameras, or who can read along."""
    if settings.loopback or settings.base_url.startswith("https:"):
        return None
    return (
        f"plain http on {settings.host}: browsers give no camera to pages that come without https, and logins "
        "travel readable; use --tls-cert and --tls-key, or a proxy with https and EXAMHALL_PUBLIC_URL"
    )


def _meetings(settings: Settings) -> str | None:
    """Whether the chosen meeting provider has its settings, is reached and knows us."""
    try:
        provider = build_provider(settings, SystemClock())
    except ExamhallError as error:
        return error.message
    return asyncio.run(_health(provider)) or _turn_problem(settings)


async def _health(provider: MeetingProvider) -> str | None:
    await provider.start()
    try:
        return await provider.health()
    finally:
        await provider.stop()


def _turn_problem(settings: Settings) -> str | None:
    """STUN and TURN servers that do not answer."""
    if settings.meetings != "p2p":
        return None
    silent = [url for url in settings.ice_servers if not answers(url)]
    return (
        f"no answer from {', '.join(silent)}; start it, or correct EXAMHALL_ICE_SERVERS" if silent else None
    )


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.resolve()
    return next(path for path in (folder, *folder.parents) if path.exists())
