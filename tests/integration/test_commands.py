"""The command line as people use it: its own process, real signals."""

import asyncio
import json
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from typer.main import get_command
from typer.testing import CliRunner

from examhall.cli import app
from support.server import PASSWORD, token_of

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 60


@dataclass(slots=True)
class Running:
    process: asyncio.subprocess.Process
    said: list[str]


@asynccontextmanager
async def serving(data_dir: Path, *options: str, **environment: str) -> AsyncIterator[Running]:
    """`examhall serve` until it answers; ended with SIGTERM."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "examhall", "serve", "--port", "0", "--data-dir", str(data_dir), *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    running = Running(process, [])
    try:
        async with asyncio.timeout(LIMIT_S):
            while not running.said or "serves" not in running.said[0]:
                line = await process.stdout.readline()
                assert line, (await process.stderr.read()).decode()
                running.said.append(line.decode())
        yield running
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(LIMIT_S):
            rest, _ = await process.communicate()
        running.said.extend(rest.decode().splitlines())


async def test_serve_prints_the_first_link_to_stdout_only_and_stops_when_told(tmp_path: Path) -> None:
    async with serving(tmp_path, EXAMHALL_LOG_FORMAT="json") as running:
        base_url = running.said[0].split()[-1]
        assert running.process.stdout is not None
        await running.process.stdout.readline()
        link = (await running.process.stdout.readline()).decode().strip()
        assert link.startswith(f"{base_url}/set-password#")
        async with httpx.AsyncClient(base_url=base_url, trust_env=False) as client:
            body = {
                "token": token_of(link),
                "password": PASSWORD,
                "email": "ada@x.org",
                "name": "Ada Lovelace",
            }
            made = await client.post("/api/v1/session/set-password", json=body)
            assert made.status_code == 200, made.text
            cookie = client.cookies["examhall_staff"]
            checks = (await client.get("/readyz")).json()["checks"]
            assert checks["database"] == checks["disk"] == "ok"
    assert running.process.returncode == 0
    log = (tmp_path / "app.log").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert any(line.get("path") == "/api/v1/session/set-password" for line in lines)
    for secret in (token_of(link), cookie, PASSWORD, "Ada Lovelace", "ada@x.org"):
        assert secret not in log
    async with serving(tmp_path) as again:
        pass
    assert not any("set-password" in line for line in again.said)


async def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "examhall", "serve", "--port", port, "--data-dir", str(tmp_path),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(LIMIT_S):
            _, error = await process.communicate()
    assert process.returncode == 1
    assert "[port_taken]" in error.decode()
    assert "Traceback" not in error.decode()


def test_the_administrators_link_is_printed_again(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["admin-link", "--data-dir", str(tmp_path), "--port", "8443"])
    assert said.exit_code == 0, said.output
    assert re.fullmatch(r"http://127\.0\.0\.1:8443/set-password#[\w-]{43}\n", said.output)


def test_doctor_says_what_is_missing(tmp_path: Path) -> None:
    environment = {"EXAMHALL_MODELS_DIR": str(tmp_path / "none"), "EXAMHALL_STATIC_DIR": str(tmp_path)}
    options = ["doctor", "--data-dir", str(tmp_path / "data"), "--port", "0", "--host", "0.0.0.0"]
    said = CliRunner().invoke(app, options, env=environment)
    assert said.exit_code == 1
    missing = re.findall(r"^MISSING\s+(.*)$", said.output, re.MULTILINE)
    assert missing == ["model files", "web pages", "https"]
    assert "make setup" in said.output
    assert not (tmp_path / "data").exists()


def test_the_schema_is_exported_without_a_server(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["export-openapi", "--out", str(tmp_path)])
    assert said.exit_code == 0, said.output
    api = json.loads((tmp_path / "openapi.json").read_text())
    sockets = json.loads((tmp_path / "socket.schema.json").read_text())
    assert {"Exam", "Problem", "Room"} <= set(api["components"]["schemas"])
    for path, operations in api["paths"].items():
        for operation in operations.values():
            named = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path)), path
    assert {"Welcome", "Snapshot", "CandidateMessage"} <= set(sockets["$defs"])
    assert "type" in sockets["$defs"]["Welcome"]["required"]


def test_every_command_is_documented_and_nothing_else() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    documented = set(re.findall(r"^\| `examhall ([\w-]+)` \|", page, re.MULTILINE))
    commands = get_command(app)
    assert documented == set(commands.commands)
