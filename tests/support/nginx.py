"""A real nginx on loopback with the configuration that we ship, its addresses changed."""

import contextlib
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from support.redis_server import free_port

SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx" / "examhall.conf"
LIMIT_S = 30.0

_MAIN = """
daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/examhall.conf;
}}
"""


def shipped(port: int, servers: Sequence[int]) -> str:
    """Our example with another port to listen on and other servers behind it."""
    text, found = re.subn(
        r"^    listen 80;$", f"    listen 127.0.0.1:{port};", SHIPPED.read_text(), flags=re.MULTILINE
    )
    assert found == 1
    line = re.compile(
        r"^    server 127\.0\.0\.1:8001( .*)$\n^    server 127\.0\.0\.1:8002 .*$\n", re.MULTILINE
    )
    options = line.search(text)
    assert options is not None
    return line.sub("".join(f"    server 127.0.0.1:{one}{options[1]}\n" for one in servers), text)


@contextlib.contextmanager
def nginx(folder: Path, servers: Sequence[int], port: int | None = None) -> Iterator[str]:
    """The base URL of a proxy in front of the servers' ports."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    assert Path(program).is_file(), "there is no nginx: run scripts/test-tools.sh"
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    (folder / "examhall.conf").write_text(shipped(port, servers))
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder))
    with (folder / "nginx.log").open("ab") as log:
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")],
            stdout=log,
            stderr=log,
        )
    try:
        ends = time.monotonic() + LIMIT_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert time.monotonic() < ends, (folder / "nginx.log").read_text()
            assert process.poll() is None, (folder / "nginx.log").read_text()
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(LIMIT_S)
