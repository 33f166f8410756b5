"""A real coturn on loopback that shares a secret with us."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from examhall.adapters.meetings.stun import answers
from support.livekit_server import LIMIT_S, free_ports

TURN_SECRET = "north, as coturn and we know it"


@dataclass(frozen=True, slots=True)
class Turn:
    port: int

    @property
    def url(self) -> str:
        return f"turn:127.0.0.1:{self.port}"


@contextlib.contextmanager
def coturn(folder: Path) -> Iterator[Turn]:
    program = shutil.which("turnserver")
    assert program, "there is no coturn: run scripts/test-tools.sh"
    (port,) = free_ports(1)
    with (folder / "coturn.log").open("ab") as log:
        process = subprocess.Popen(
            [
                program, "-n", "--no-cli", "--no-tls", "--no-dtls", "--log-file", "stdout",
                "--listening-ip", "127.0.0.1", "--listening-port", str(port), "--relay-ip", "127.0.0.1",
                "--realm", "examhall", "--use-auth-secret", "--static-auth-secret", TURN_SECRET,
                "--allow-loopback-peers", "--pidfile", str(folder / "coturn.pid"),
                "--userdb", str(folder / "coturn.sqlite"),
            ],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        ends = time.monotonic() + LIMIT_S
        while not answers(f"turn:127.0.0.1:{port}"):
            assert process.poll() is None, f"coturn ended; see {folder / 'coturn.log'}"
            assert time.monotonic() < ends, "coturn does not answer"
        yield Turn(port)
    finally:
        process.terminate()
        process.wait(LIMIT_S)
