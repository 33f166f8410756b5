"""A real PostgreSQL of Debian's package for tests: a cluster in a folder of its own, a database for each test."""

import asyncio
import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from examhall.adapters.db.engine import Database

LIMIT_S = 30.0
TEMPLATE = "examhall_template"
_BY = "postgres"  # PostgreSQL refuses to run as root


def programs() -> Path:
    """The folder of the newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    assert found, "PostgreSQL is missing; scripts/test-tools.sh installs it"
    return found[-1]


class Cluster:
    """One server with its folder. lasting: whether it waits for the disk, as in production."""

    def __init__(self, *, lasting: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="examhall-postgres-"))
        self._log = (self.folder / "log.txt").open("ab")
        self._bin = programs()
        self._as = {"user": _BY, "group": _BY} if os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(self.folder, _BY, _BY)
        self._lasting = lasting
        self._server: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self._run(
            "initdb",
            *("-D", self._data, "-U", "examhall", "--auth=trust", "--no-sync", "--encoding=UTF8"),
            *("--locale=C.UTF-8",),
        )

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def start(self) -> None:
        """Start, or start again, and wait until it answers."""
        wait = "on" if self._lasting else "off"
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "fsync": wait,
            "synchronous_commit": wait,
            "full_page_writes": wait,
            "max_connections": "200",
            "shared_buffers": "32MB",
        }
        self._server = subprocess.Popen(
            [self._bin / "postgres", "-D", self._data, *(f"--{k}={v}" for k, v in options.items())],
            stdout=self._log,
            stderr=self._log,
            cwd="/",
            **self._as,
        )
        ends = time.monotonic() + LIMIT_S
        while not self._answers():
            assert self._server.poll() is None, f"PostgreSQL ended; see {self.folder}/log.txt"
            assert time.monotonic() < ends, f"PostgreSQL does not answer; see {self.folder}/log.txt"
            time.sleep(0.05)

    def _answers(self) -> bool:
        ready = [self._bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def stop(self) -> None:
        """Let everybody go and write everything."""
        self._signal([self._postmaster], signal.SIGINT)
        self._ended()

    def kill(self) -> None:
        """As if the power of the database's machine went."""
        everybody = self.processes()
        self._signal(everybody, signal.SIGKILL)
        psutil.wait_procs(everybody, LIMIT_S)
        self._ended()

    def freeze(self) -> None:
        """It keeps its connections and answers nothing, until `thaw`."""
        self._signal(self.processes(), signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(self.processes(), signal.SIGCONT)

    def remove(self) -> None:
        if self._server is not None:
            self.thaw()
            self.stop()
        self._log.close()
        shutil.rmtree(self.folder)

    def processes(self) -> list[psutil.Process]:
        return [self._postmaster, *self._postmaster.children(recursive=True)]

    @property
    def _postmaster(self) -> psutil.Process:
        assert self._server is not None
        return psutil.Process(self._server.pid)

    def _signal(self, processes: Sequence[psutil.Process], number: int) -> None:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def _ended(self) -> None:
        assert self._server is not None
        self._server.wait(LIMIT_S)
        self._server = None

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://examhall@127.0.0.1:{self.port}/{name}"

    def environment(self) -> dict[str, str]:
        """For PostgreSQL's own programs."""
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "examhall"}

    def create(self, name: str | None = None, *, template: str = TEMPLATE) -> str:
        """A database; with the newest schema unless another template is named. Returns its name."""
        if template == TEMPLATE and not self._has_template:
            self._make_template()
        name = name or f"test_{secrets.token_hex(6)}"
        self._run("createdb", "--template", template, name)
        return name

    def drop(self, name: str) -> None:
        self._run("dropdb", "--force", name)

    def ask(self, name: str, sql: str) -> str:
        """What psql prints for a statement, without decoration."""
        return self._run("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", name, "-c", sql).strip()

    _has_template = False

    def _make_template(self) -> None:
        self._run("createdb", "--template", "template0", TEMPLATE)
        self._has_template = True

        async def migrate() -> None:
            database = Database(self.url(TEMPLATE))
            await database.start()
            await database.stop()

        with ThreadPoolExecutor(1) as thread:  # a test's own loop may be running in this one
            thread.submit(asyncio.run, migrate()).result()

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [self._bin / program, *arguments],
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", **self.environment()},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **(self._as if program == "initdb" else {}),
        )
        assert done.returncode == 0, f"{program}: {re.sub(chr(10), ' ', done.stderr)}"
        return done.stdout


@contextlib.contextmanager
def running_cluster(*, lasting: bool = False) -> Iterator[Cluster]:
    """A cluster of one's own, for tests that kill it."""
    cluster = Cluster(lasting=lasting)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
