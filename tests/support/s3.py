"""A real S3-compatible server, moto's, in a process of its own on this machine. It checks no keys."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

LIMIT_S = 60.0
BUCKET = "evidence"


@dataclass(slots=True)
class S3Server:
    """`stop` kills it, `start` brings it back on the same port, empty."""

    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """Of a house that keeps its evidence here."""
        return {
            "evidence_url": f"s3://{BUCKET}/exams",
            "s3_endpoint": self.endpoint,
            "s3_access_key_id": "key",
            "s3_secret_access_key": "secret",
        }

    def start(self) -> None:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + LIMIT_S
        with self.client() as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    client.get("/")
                    return
                assert self.process.poll() is None, "moto's server did not start"
                assert time.monotonic() < until, "moto's server does not answer"
                time.sleep(0.05)

    def make_bucket(self, name: str = BUCKET) -> None:
        with self.client() as client:
            client.put(f"/{name}").raise_for_status()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(LIMIT_S)
            self.process = None

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.endpoint, trust_env=False)


@contextmanager
def s3_server(*, bucket: bool = True) -> Iterator[S3Server]:
    server = S3Server(_free_port())
    try:
        server.start()
        if bucket:
            server.make_bucket()
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
