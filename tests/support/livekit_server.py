"""A real LiveKit server on loopback, with ports of its own, and participants who are programs."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from livekit import rtc

from examhall.adapters.meetings.livekit import LiveKitAccess
from examhall.application.ports.meetings import MeetingJoin

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".tools" / "livekit" / "livekit-server"
KEY, SECRET = "test", "a secret of the tests, thirty-two characters or more"
LIMIT_S = 30.0


def livekit_program() -> Path:
    """The server's program. Where it can be built, or in CI, a missing one fails; elsewhere the test is left out."""
    found = BUILT if BUILT.is_file() else shutil.which("livekit-server")
    if found:
        return Path(found)
    why = "there is no LiveKit server: run scripts/livekit.sh build"
    if os.environ.get("CI") == "true" or _go_is_new_enough():
        pytest.fail(why)
    pytest.skip(why)


def _go_is_new_enough() -> bool:
    for go in (shutil.which("go"), "/usr/local/go/bin/go"):
        if go and Path(go).is_file():
            said = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
            version = re.search(r"go(\d+)\.(\d+)", said)
            if version and (int(version[1]), int(version[2])) >= (1, 26):
                return True
    return False


def free_ports(count: int) -> list[int]:
    """Free for TCP and for UDP."""
    with contextlib.ExitStack() as held:
        ports: list[int] = []
        while len(ports) < count:
            tcp = held.enter_context(socket.socket())
            tcp.bind(("127.0.0.1", 0))
            udp = held.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            with contextlib.suppress(OSError):
                udp.bind(tcp.getsockname())
                ports.append(tcp.getsockname()[1])
        return ports


@dataclass
class LiveKitNode:
    """One server; `stop` and `start` again take place on the same ports."""

    folder: Path
    webhook_urls: Sequence[str] = ()
    redis: str | None = None
    ports: list[int] = field(default_factory=lambda: free_ports(3))
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.ports[0]}"

    @property
    def access(self) -> LiveKitAccess:
        return LiveKitAccess(self.url, self.url, KEY, SECRET, token_lasts_s=600)

    @property
    def settings(self) -> dict[str, str]:
        """What makes Examhall use it."""
        return {
            "meetings": "livekit",
            "livekit_url": self.url,
            "livekit_api_key": KEY,
            "livekit_api_secret": SECRET,
        }

    def start(self) -> None:
        http, tcp, udp = self.ports
        config: dict[str, object] = {
            "port": http,
            "bind_addresses": ["127.0.0.1"],
            "rtc": {
                "tcp_port": tcp,
                "udp_port": udp,
                "node_ip": "127.0.0.1",
                "use_external_ip": False,
                "enable_loopback_candidate": True,
            },
            "keys": {KEY: SECRET},
            "room": {"auto_create": False},
            "logging": {"level": "info"},
        }
        if self.webhook_urls:
            config["webhook"] = {"api_key": KEY, "urls": list(self.webhook_urls)}
        if self.redis:
            config["redis"] = {"address": self.redis}
        with (self.folder / f"livekit-{http}.log").open("ab") as log:
            # YAML is a superset of JSON.
            self._process = subprocess.Popen(
                [livekit_program(), "--config-body", json.dumps(config)], stdout=log, stderr=log
            )
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        ends = time.monotonic() + LIMIT_S
        with httpx.Client(trust_env=False) as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if client.get(self.url.replace("ws", "http", 1)).is_success:
                        return
                assert self._process is not None
                assert self._process.poll() is None, f"LiveKit ended; see {self.folder}"
                assert time.monotonic() < ends, f"LiveKit does not answer; see {self.folder}"
                time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()  # it would wait for participants to leave
            self._process.wait(LIMIT_S)
            self._process = None


@contextlib.contextmanager
def livekit_node(
    folder: Path, webhook_urls: Sequence[str] = (), redis: str | None = None
) -> Iterator[LiveKitNode]:
    node = LiveKitNode(folder, webhook_urls, redis)
    node.start()
    try:
        yield node
    finally:
        node.stop()


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """The address of a Redis that forgets everything."""
    program = shutil.which("redis-server")
    assert program, "there is no Redis: run scripts/test-tools.sh"
    (port,) = free_ports(1)
    with (folder / "redis.log").open("ab") as log:
        process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        ends = time.monotonic() + LIMIT_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert time.monotonic() < ends, "Redis does not answer"
            time.sleep(0.02)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(LIMIT_S)


class Sitter:
    """A participant: joins with what a page would be given, publishes a moving picture, looks at others."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self.gone = asyncio.Event()
        self._painting: asyncio.Task[None] | None = None
        self.room.on("disconnected", lambda *_: self.gone.set())

    async def join(self, join: MeetingJoin | dict[str, object], url: str | None = None) -> None:
        given = join if isinstance(join, dict) else {"url": join.url, "token": join.token}
        await self.room.connect(
            url or str(given["url"]), str(given["token"]), rtc.RoomOptions(auto_subscribe=False)
        )

    async def show(self, source: "rtc.TrackSource.ValueType" = rtc.TrackSource.SOURCE_CAMERA) -> None:
        """Publish a picture that changes ten times a second."""
        picture = rtc.VideoSource(160, 120)
        track = rtc.LocalVideoTrack.create_video_track("camera", picture)
        await self.room.local_participant.publish_track(track, rtc.TrackPublishOptions(source=source))
        self._painting = asyncio.create_task(_paint(picture))

    async def speak(self) -> None:
        track = rtc.LocalAudioTrack.create_audio_track("microphone", rtc.AudioSource(48_000, 1))
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await asyncio.wait_for(self.room.local_participant.publish_track(track, options), LIMIT_S)

    async def frames_of(self, identity: str, count: int) -> None:
        """Subscribe to somebody's picture and wait for so many frames."""
        publication = await self.published_by(identity)
        publication.set_subscribed(True)
        await until(lambda: publication.track is not None)
        assert publication.track is not None
        stream = rtc.VideoStream(publication.track, capacity=1)
        try:
            async with asyncio.timeout(LIMIT_S):
                for _ in range(count):
                    await anext(stream)
        finally:
            await stream.aclose()

    async def published_by(self, identity: str) -> rtc.RemoteTrackPublication:
        def tracks() -> list[rtc.RemoteTrackPublication]:
            other = self.room.remote_participants.get(identity)
            return list(other.track_publications.values()) if other else []

        await until(lambda: bool(tracks()))
        return tracks()[0]

    async def leave(self) -> None:
        if self._painting is not None:
            self._painting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._painting
        await self.room.disconnect()


async def _paint(picture: rtc.VideoSource) -> None:
    shade = 0
    while True:
        shade = (shade + 40) % 256
        data = bytes([shade, 255 - shade, 128]) * (160 * 120)
        picture.capture_frame(rtc.VideoFrame(160, 120, rtc.VideoBufferType.RGB24, data))
        await asyncio.sleep(0.1)


async def until(holds: Callable[[], bool]) -> None:
    """Look again until it holds; the client's events carry no condition of their own."""
    async with asyncio.timeout(LIMIT_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def sitters(count: int) -> AsyncIterator[list[Sitter]]:
    people = [Sitter() for _ in range(count)]
    try:
        yield people
    finally:
        for one in people:
            await one.leave()
