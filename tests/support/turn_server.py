"""A real coturn on loopback, with ports of its own, that makes its credentials of a shared secret."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from support.livekit_server import free_ports

SECRET = "a secret of the tests for the relay"
LIMIT_S = 20.0


@dataclass
class TurnServer:
    """`stop` and `start` again take place on the same port; allocations are lost, as when a network changes."""

    folder: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])
    _process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, str]:
        """What makes Examhall send all live views through it."""
        return {
            "ice_servers": f"turn:127.0.0.1:{self.port}?transport=udp",
            "ice_turn_secret": SECRET,
            "ice_relay_only": "true",
        }

    def start(self) -> None:
        program = shutil.which("turnserver")
        assert program, "there is no coturn: run scripts/test-tools.sh"
        with (self.folder / "coturn.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    program,
                    "-n",  # no configuration file
                    "--listening-ip=127.0.0.1",
                    "--relay-ip=127.0.0.1",
                    f"--listening-port={self.port}",
                    "--use-auth-secret",
                    f"--static-auth-secret={SECRET}",
                    "--realm=examhall.test",
                    "--allow-loopback-peers",
                    "--no-tls",
                    "--no-dtls",
                    "--no-cli",
                    "--log-file=stdout",
                    f"--pidfile={self.folder / 'coturn.pid'}",
                    f"--userdb={self.folder / 'coturn.db'}",
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        ends = time.monotonic() + LIMIT_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert self._process.poll() is None, f"coturn ended; see {self.folder}"
            assert time.monotonic() < ends, f"coturn does not answer; see {self.folder}"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(LIMIT_S)
            self._process = None


@contextlib.contextmanager
def turn_server(folder: Path) -> Iterator[TurnServer]:
    server = TurnServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
