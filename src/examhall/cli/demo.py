"""`examhall demo`."""

import asyncio
import json
import os
import socket
import sys
import tempfile
import webbrowser
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.demo import Demo, demo_settings, run_demo
from examhall.bootstrap.logging import set_up_logging
from examhall.bootstrap.serving import take_port
from examhall.cli.options import settings_from
from examhall.domain.errors import ExamhallError
from examhall.settings import Settings


def demo(
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 8000 or a free one if not given.")
    ] = None,
    candidates: Annotated[int, typer.Option(min=1, max=200, help="How many simulated candidates.")] = 6,
    duration: Annotated[
        float | None, typer.Option(min=1, help="Seconds after which the demo ends by itself.")
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The links as one JSON object, on the first line of stdout.")
    ] = False,
) -> None:
    """Start a throw-away exam with simulated candidates. Nothing is kept when it ends."""
    with tempfile.TemporaryDirectory(prefix="examhall-demo-") as folder:
        settings = demo_settings(settings_from(log_level=_log_level()), Path(folder))
        listening, settings = _listen(settings, port)
        set_up_logging(settings)

        def ready(links: Demo) -> None:
            _announce(links, candidates, folder, as_json=as_json)
            if not no_open and _has_screen():
                webbrowser.open(links.proctor_url)

        asyncio.run(run_demo(settings, listening, candidates=candidates, duration_s=duration, ready=ready))
    if not as_json:
        typer.echo("The demo is over; its data folder is gone.")


def _log_level() -> str | None:
    """Quiet unless asked: the links should stay in sight."""
    return os.environ.get("EXAMHALL_LOG_LEVEL", "warning")


def _listen(settings: Settings, port: int | None) -> tuple[socket.socket, Settings]:
    if port is not None:
        return take_port(settings.model_copy(update={"port": port}))
    try:
        return take_port(settings)
    except ExamhallError:
        typer.echo(f"Port {settings.port} is in use; taking a free one.", err=True)
        return take_port(settings.model_copy(update={"port": 0}))


def _announce(links: Demo, candidates: int, folder: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(links)))
        sys.stdout.flush()
        return
    typer.echo(
        f"""
Examhall demo: one exam, {candidates} simulated candidates, on this machine only.

  Proctor, already signed in:
    {links.proctor_url}

  Sit the exam yourself, best in another window:
    {links.candidate_url}

Data and log are in {folder} and go away with the demo. Ctrl-C ends it.
"""
    )


def _has_screen() -> bool:
    if sys.platform in {"darwin", "win32"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
