"""A simulated candidate: joins by its link and speaks the wire as a page does."""

import asyncio
import contextlib
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import httpx
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from examhall.adapters.simulation.behaviours import Step, step_at
from examhall.adapters.simulation.live_view import LiveView
from examhall.adapters.simulation.plan import SentFrame, Tally
from examhall.adapters.simulation.reel import Reel
from examhall.domain.attempt import OVER, AttemptState
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.frame_header import FrameCodec, FrameKind, FrameMessage, pack_frame
from examhall.domain.observation import PageEventKind

log = structlog.get_logger()

FIRST_RETRY_S: Final = 0.5
LONGEST_RETRY_S: Final = 8.0
GOING_AWAY: Final = frozenset({4001, 4401, 4403, 4409, 4410})  # coming back would not help
STEP_WATCH_S: Final = 0.1


@dataclass(slots=True)
class SimulatedCandidate:
    """Goes through its steps, around and around, until the attempt is over or it is cancelled.

    join_url: `http(s)://host/join#token`. With `sent` every frame is remembered there, for the benchmark.
    """

    join_url: str = field(repr=False)
    steps: Sequence[Step]
    reel: Reel
    live_view: LiveView
    sent: list[SentFrame] | None = None
    tally: Tally = field(default_factory=Tally)
    _state: AttemptState = AttemptState.INVITED
    _interval_s: float = 1.0
    _retry_s: float = FIRST_RETRY_S
    _instance_id: str = field(default_factory=lambda: secrets.token_hex(8))
    _began: float = 0.0
    _event_seq: int = 0
    _frame_seq: int = 0
    _tab_visible: bool = True
    _unacknowledged: OrderedDict[int, dict[str, object]] = field(default_factory=OrderedDict)
    _live: asyncio.Event = field(default_factory=asyncio.Event)
    _network: asyncio.Event = field(default_factory=asyncio.Event)
    _socket: ClientConnection | None = None

    async def run(self) -> None:
        """Take part. Raises `ExamhallError` `join_refused` when the link does not let it in."""
        origin, token = _split(self.join_url)
        attempt_id, bearer = await _check_in(origin, token)
        url = f"{origin.replace('http', 'ws', 1)}/ws/attempts/{attempt_id}"
        self._network.set()
        behaving = asyncio.create_task(self._behave())
        try:
            await self._stay_connected(url, {"Authorization": f"Bearer {bearer}"})
        finally:
            behaving.cancel()
            await asyncio.gather(behaving, return_exceptions=True)

    async def _stay_connected(self, url: str, headers: dict[str, str]) -> None:
        while self._state not in OVER:
            await self._network.wait()
            try:
                async with connect(url, additional_headers=headers, max_size=2**20) as socket:
                    self.tally.connections += 1
                    await self._visit(socket)
            except (OSError, InvalidHandshake, ConnectionClosed) as error:
                code = error.rcvd.code if isinstance(error, ConnectionClosed) and error.rcvd else None
                if code in GOING_AWAY:
                    log.info("simulated_candidate_sent_away", code=code)
                    return
            if self._state not in OVER and self._step().connected:
                await asyncio.sleep(self._retry_s * (0.75 + secrets.randbelow(50) / 100))
                self._retry_s = min(LONGEST_RETRY_S, self._retry_s * 2)

    async def _visit(self, socket: ClientConnection) -> None:
        """One connection, from hello until it ends or the behaviour cuts it."""
        hello = {
            "type": "hello",
            "protocol": 1,
            "instance_id": self._instance_id,
            "last_event_seq": self._event_seq,
        }
        await socket.send(json.dumps(hello))
        self._socket = socket
        parts = [asyncio.create_task(part) for part in (self._listen(socket), self._send_frames(socket))]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            self._socket = None
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await self.live_view.close_all()

    # ---- behaviour -------------------------------------------------------------------------------

    def _step(self) -> Step:
        if not self._live.is_set():
            return Step(1.0)
        return step_at(self.steps, time.monotonic() - self._began)

    async def _behave(self) -> None:
        await self._live.wait()
        await self._event(PageEventKind.CAMERA_STARTED)
        await self._event(PageEventKind.MICROPHONE_STARTED)
        while True:
            step = self._step()
            self.live_view.show(step.scene)
            if step.tab_visible != self._tab_visible:
                self._tab_visible = step.tab_visible
                await self._event(PageEventKind.TAB_VISIBLE if step.tab_visible else PageEventKind.TAB_HIDDEN)
            self._connect_or_cut(there=step.connected)
            await asyncio.sleep(STEP_WATCH_S)

    def _connect_or_cut(self, *, there: bool) -> None:
        if there:
            self._network.set()
        else:
            self._network.clear()
            if self._socket is not None:
                self._socket.transport.abort()  # as a network does it: no goodbye

    async def _event(self, kind: PageEventKind) -> None:
        """Kept until the server has acknowledged it, as a page does."""
        self._event_seq += 1
        event: dict[str, object] = {
            "type": "event",
            "seq": self._event_seq,
            "kind": kind.value,
            "page_ms": (time.monotonic() - self._began) * 1000,
            "occurred_at": round(time.time() * 1000),
        }
        self._unacknowledged[self._event_seq] = event
        self.tally.events_sent += 1
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(event))

    async def _send_frames(self, socket: ClientConnection) -> None:
        due = time.monotonic()
        while True:
            if self._state in (AttemptState.LIVE, AttemptState.WAITING, AttemptState.PAUSED):
                await self._send_frame(socket)
            due = max(due + self._interval_s, time.monotonic())
            await asyncio.sleep(due - time.monotonic())

    async def _send_frame(self, socket: ClientConnection) -> None:
        self._frame_seq += 1
        scene = self._step().scene
        captured_at_ms = round(time.time() * 1000)
        picture = self.reel.picture(scene, self._frame_seq)
        frame = FrameMessage(FrameKind.CAMERA, FrameCodec.JPEG, self._frame_seq, captured_at_ms, picture)
        await socket.send(pack_frame(frame))
        self.tally.frames_sent += 1
        if self.sent is not None:
            self.sent.append(SentFrame(self._frame_seq, captured_at_ms, scene.value))

    # ---- what the server says --------------------------------------------------------------------

    async def _listen(self, socket: ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            match message["type"]:
                case "welcome":
                    self._retry_s = FIRST_RETRY_S
                    self._take_state(AttemptState(message["state"]))
                    self._interval_s = float(message["sampling_interval_s"])
                    self._acknowledge(int(message["acknowledged_seq"]))
                    for event in list(self._unacknowledged.values()):
                        await socket.send(json.dumps({**event, "late": True}))
                case "ack" if message["instance_id"] == self._instance_id:
                    self._acknowledge(int(message["seq"]))
                case "state":
                    self._take_state(AttemptState(message["state"]))
                case "sampling":
                    self._interval_s = float(message["interval_s"])
                case "ping":
                    await socket.send(json.dumps({"type": "pong", "nonce": message["nonce"]}))
                case "warning":
                    self.tally.warnings += 1
                    answer = {"type": "acknowledge_warning", "warning_id": message["warning"]["id"]}
                    await socket.send(json.dumps(answer))
                case "watch_open" | "watch_signal" | "watch_close":
                    await self._watched(socket, message)
                case _:
                    pass

    async def _watched(self, socket: ClientConnection, message: dict[str, object]) -> None:
        if message["type"] == "watch_open":
            self.tally.live_views += 1
        for answer in await self.live_view.take(message):
            await socket.send(json.dumps(answer))

    def _take_state(self, state: AttemptState) -> None:
        self._state = state
        if state is AttemptState.LIVE and not self._live.is_set():
            self._began = time.monotonic()
            self._live.set()

    def _acknowledge(self, seq: int) -> None:
        self.tally.events_acknowledged = max(self.tally.events_acknowledged, seq)
        for known in [known for known in self._unacknowledged if known <= seq]:
            del self._unacknowledged[known]


def _split(join_url: str) -> tuple[str, str]:
    url = urlsplit(join_url)
    if url.scheme not in {"http", "https"} or not url.netloc or not url.fragment:
        raise ExamhallError(
            ErrorKind.INVALID,
            "join_link_invalid",
            "A join link looks like http://127.0.0.1:8000/join#TOKEN; copy the whole of it.",
        )
    return f"{url.scheme}://{url.netloc}", url.fragment


async def _check_in(origin: str, token: str) -> tuple[str, str]:
    """Join, agree and say that the devices are fine. Returns (attempt id, bearer token)."""
    async with httpx.AsyncClient(base_url=f"{origin}/api/v1", timeout=20, trust_env=False) as http:
        joined = _fine(
            await http.post("/join", json={"token": token}, headers={"Examhall-Client": "program"})
        )
        attempt_id, bearer = str(joined["attempt_id"]), str(joined["bearer"])
        http.headers["Authorization"] = f"Bearer {bearer}"
        room = _fine(await http.get(f"/attempts/{attempt_id}/room"))
        if room["state"] == AttemptState.INVITED:
            notice = room["notice"]
            notice_hash = notice["hash"] if isinstance(notice, dict) else ""
            body = {"notice_hash": notice_hash, "locale": "en", "agreed": True}
            _fine(await http.post(f"/attempts/{attempt_id}/consent", json=body))
            room["state"] = AttemptState.CHECKING_IN
        if room["state"] == AttemptState.CHECKING_IN:
            _fine(await http.post(f"/attempts/{attempt_id}/ready"))
        return attempt_id, bearer


def _fine(response: httpx.Response) -> dict[str, object]:
    body = response.json()
    if response.is_success and isinstance(body, dict):
        return body
    raise ExamhallError(
        ErrorKind.CONFLICT,
        "join_refused",
        f"The server answered {response.status_code}: {body.get('detail', 'no reason given')}",
    )
