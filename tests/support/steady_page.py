"""A candidate's page and a proctor's wall as programs that come back by themselves, and say what they saw."""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from examhall.domain.frame_header import FrameCodec, FrameKind, FrameMessage, pack_frame, unpack_thumbnail

LIMIT_S = 120.0
SILENT_AFTER_S = 12.0  # nothing heard for so long: the line is dead, whatever TCP says
Json = dict[str, object]


@dataclass(slots=True)
class _Returning:
    """A socket that is opened again until it is left."""

    url: str
    token: str
    messages: list[Json] = field(default_factory=list)
    closes: list[int] = field(default_factory=list)  # close codes, in order
    welcomes: list[float] = field(default_factory=list)  # when it was in, monotonic
    losses: list[float] = field(default_factory=list)  # when it was out again
    gave_up: int | None = None
    socket: ClientConnection | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, found: Callable[[], object], what: str, limit_s: float = LIMIT_S) -> None:
        ends_s = time.monotonic() + limit_s
        while not found():
            left_s = ends_s - time.monotonic()
            assert left_s > 0, (
                f"{what}: not within {limit_s} s; closes {self.closes}, got {self.kinds()[-12:]}"
            )
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left_s, 0.5)):
                    await self.news.wait()

    def kinds(self) -> list[str]:
        return [str(m["type"]) for m in self.messages]

    def of(self, kind: str) -> list[Json]:
        return [m for m in self.messages if m["type"] == kind]

    @property
    def away_s(self) -> float:
        """The longest time between a loss and the next way in."""
        pairs = [(lost, next((w for w in self.welcomes if w > lost), None)) for lost in self.losses]
        return max((back - lost for lost, back in pairs if back is not None), default=0.0)

    async def live(self) -> None:
        while self.gave_up is None:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError, ConnectionClosed):
                await self._visit()
            if self.socket is not None:
                self.losses.append(time.monotonic())
                self.closes.append(self.socket.close_code or 1006)
                if self.closes[-1] in {4409, 4410, 4401, 4403, 4404}:
                    self.gave_up = self.closes[-1]
                self.socket = None
            self.news.set()
            await asyncio.sleep(0.3)

    async def _visit(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        at = self.url.replace("http", "ws", 1)
        async with connect(
            at, additional_headers=headers, proxy=None, open_timeout=10, close_timeout=0.5, ping_interval=None
        ) as socket:
            self.socket = socket
            await socket.send(json.dumps(self.hello()))
            while True:
                async with asyncio.timeout(SILENT_AFTER_S):
                    data = await socket.recv()
                await self.heard(socket, data)
                self.news.set()

    def hello(self) -> Json:
        raise NotImplementedError

    async def heard(self, socket: ClientConnection, data: str | bytes) -> None:
        raise NotImplementedError


@dataclass(slots=True)
class SteadyPage(_Returning):
    """Keeps each event until it is acknowledged, and each word until it comes back; sends them again."""

    instance: str = "page-1"
    picture: bytes = b""
    every_s: float = 1.0
    sent_events: list[int] = field(default_factory=list)
    acknowledged: int = 0
    said: dict[str, str] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    frames: int = 0
    _began_s: float = field(default_factory=time.monotonic)

    def hello(self) -> Json:
        last = len(self.sent_events)
        return {"type": "hello", "protocol": 1, "instance_id": self.instance, "last_event_seq": last}

    async def heard(self, socket: ClientConnection, data: str | bytes) -> None:
        message = json.loads(data)
        if message["type"] == "ping":
            await socket.send(json.dumps({"type": "pong", "nonce": message["nonce"]}))
            return
        self.messages.append(message)
        if message["type"] == "welcome":
            self.acknowledged = max(self.acknowledged, message["acknowledged_seq"])
            self.welcomes.append(time.monotonic())
            for seq in self.sent_events:
                if seq > self.acknowledged:
                    await socket.send(json.dumps(self._event(seq, late=True)))
            for client_id, text in self.said.items():
                if client_id not in self.delivered:
                    await socket.send(json.dumps({"type": "chat", "client_id": client_id, "text": text}))
        elif message["type"] == "ack":
            self.acknowledged = max(self.acknowledged, message["seq"])
        elif message["type"] == "chat" and message.get("client_id"):
            self.delivered.add(message["client_id"])

    def _event(self, seq: int, *, late: bool = False) -> Json:
        kind = "tab_hidden" if seq % 2 else "tab_visible"
        page_ms = (time.monotonic() - self._began_s) * 1000
        now = round(time.time() * 1000)
        return {
            "type": "event",
            "seq": seq,
            "kind": kind,
            "page_ms": page_ms,
            "occurred_at": now,
            "late": late,
        }

    async def event(self) -> int:
        """The next event: kept, and sent if there is a line."""
        seq = len(self.sent_events) + 1
        self.sent_events.append(seq)
        await self._try(json.dumps(self._event(seq)))
        return seq

    async def say(self, text: str) -> None:
        client_id = f"{self.instance}-{len(self.said)}"
        self.said[client_id] = text
        await self._try(json.dumps({"type": "chat", "client_id": client_id, "text": text}))

    async def _try(self, message: str | bytes) -> None:
        if self.socket is not None and self.welcomes:
            with contextlib.suppress(OSError, ConnectionClosed, TimeoutError):
                async with asyncio.timeout(2.0):
                    await self.socket.send(message)

    async def camera(self) -> None:
        while self.gave_up is None:
            self.frames += 1
            at = round(time.time() * 1000)
            frame = FrameMessage(FrameKind.CAMERA, FrameCodec.JPEG, self.frames, at, self.picture)
            await self._try(pack_frame(frame))
            await asyncio.sleep(self.every_s)

    @property
    def settled(self) -> bool:
        """Nothing is kept any more."""
        return self.acknowledged >= len(self.sent_events) and self.delivered >= set(self.said)


@dataclass(slots=True)
class SteadyWall(_Returning):
    """The proctor's wall: cards and incidents by id as they were last shown, and when thumbnails came."""

    cards: dict[str, Json] = field(default_factory=dict)
    shown: dict[str, list[Json]] = field(default_factory=dict)  # every card that differed, in order
    incidents: dict[str, Json] = field(default_factory=dict)
    pictures: dict[int, list[float]] = field(default_factory=dict)
    update_id: int | None = None

    def hello(self) -> Json:
        return {"type": "hello", "protocol": 1, "last_update_id": self.update_id}

    async def heard(self, socket: ClientConnection, data: str | bytes) -> None:
        if isinstance(data, bytes):
            self.pictures.setdefault(unpack_thumbnail(data).attempt_index, []).append(time.monotonic())
            return
        message = json.loads(data)
        if message["type"] == "ping":
            await socket.send(json.dumps({"type": "pong", "nonce": message["nonce"]}))
            return
        self.messages.append(message)
        if message["type"] in {"snapshot", "resumed"}:
            self.welcomes.append(time.monotonic())
        if message["type"] in {"snapshot", "resumed", "update"}:
            self.update_id = message["update_id"]
        for card in message.get("attempts", ()):
            self._card(card)
        for incident in message.get("incidents", ()):
            self.incidents[incident["id"]] = incident
        body = message.get("body") or {}
        if body.get("type") == "attempt":
            self._card(body["attempt"])
        elif body.get("type") == "incident":
            self.incidents[body["incident"]["id"]] = body["incident"]

    def _card(self, card: Json) -> None:
        attempt_id = str(card["attempt_id"])
        self.cards[attempt_id] = card
        self.shown.setdefault(attempt_id, []).append(card)

    def gap_s(self, number: int, since_s: float) -> float:
        """The longest time without a thumbnail of this attempt, since then until now."""
        times = [since_s, *(t for t in self.pictures.get(number, ()) if t > since_s), time.monotonic()]
        return max(later - earlier for earlier, later in itertools.pairwise(times))


@asynccontextmanager
async def steady_page(
    base_url: str, attempt_id: str, token: str, **more: object
) -> AsyncIterator[SteadyPage]:
    """In and sending pictures until left."""
    page = SteadyPage(f"{base_url}/ws/attempts/{attempt_id}", token, **more)  # type: ignore[arg-type]
    async with _running(page, page.live(), page.camera()):
        yield page


@asynccontextmanager
async def steady_wall(base_url: str, exam_id: str, token: str) -> AsyncIterator[SteadyWall]:
    wall = SteadyWall(f"{base_url}/ws/exams/{exam_id}/monitor", token)
    async with _running(wall, wall.live()):
        yield wall


@asynccontextmanager
async def _running(one: _Returning, *parts) -> AsyncIterator[None]:  # type: ignore[no-untyped-def]
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        await one.until(lambda: one.welcomes, "the first way in")
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
