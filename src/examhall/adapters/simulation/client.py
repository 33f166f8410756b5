"""A simulated candidate: joins by its link and speaks the wire as a page does."""

import asyncio
import contextlib
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
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
from examhall.domain.check_in import CheckInStep
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.frame_header import FrameCodec, FrameKind, FrameMessage, pack_frame
from examhall.domain.observation import PageEventKind

log = structlog.get_logger()

FIRST_RETRY_S: Final = 0.5
LONGEST_RETRY_S: Final = 8.0
GOING_AWAY: Final = frozenset({4001, 4401, 4403, 4409, 4410})  # coming back would not help
STEP_WATCH_S: Final = 0.1
CHECK_WITHIN_S: Final = 30.0
REAL_CAMERA: Final[dict[str, object]] = {
    "label": "Integrated Camera",
    "width": 640,
    "height": 480,
    "frame_rate": 30.0,
    "controls": ["exposureMode", "whiteBalanceMode", "brightness", "contrast"],
}
CAMERA_PROGRAM: Final[dict[str, object]] = {
    "label": "OBS Virtual Camera",
    "width": 640,
    "height": 480,
    "frame_rate": 30.0,
    "controls": [],
}
# What a candidate who is a picture cannot do.
_SKIPPED: Final = frozenset({CheckInStep.CALIBRATE, CheckInStep.CHALLENGE, CheckInStep.VOICE})


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
    camera_check: bool = False
    tally: Tally = field(default_factory=Tally)
    _state: AttemptState = AttemptState.INVITED
    _interval_s: float = 1.0
    _retry_s: float = FIRST_RETRY_S
    _instance_id: str = field(default_factory=lambda: secrets.token_hex(8))
    _began: float = 0.0
    _event_seq: int = 0
    _frame_seq: int = 0
    _burst: tuple[float, float] = (0.0, 0.0)  # pictures so often, until then
    _shown: Step = field(default_factory=lambda: Step(1.0))
    _skipped: set[CheckInStep] = field(default_factory=set)
    _settling: bool = False
    _checked: asyncio.Event = field(default_factory=asyncio.Event)
    _unacknowledged: OrderedDict[int, dict[str, object]] = field(default_factory=OrderedDict)
    _live: asyncio.Event = field(default_factory=asyncio.Event)
    _network: asyncio.Event = field(default_factory=asyncio.Event)
    _socket: ClientConnection | None = None

    async def run(self) -> None:
        """Take part. Raises `ExamhallError` `join_refused` when the link does not let it in."""
        origin, token = _split(self.join_url)
        self.tally.began_ms = round(time.time() * 1000)
        attempt_id, bearer = await _join(origin, token)
        if not self.camera_check:
            await _say_ready(origin, attempt_id, bearer)
        url = f"{origin.replace('http', 'ws', 1)}/ws/attempts/{attempt_id}"
        self._network.set()
        beside = [asyncio.create_task(self._behave())]
        if self.camera_check:
            beside.append(asyncio.create_task(self._ready_when_checked(origin, attempt_id, bearer)))
        try:
            await self._stay_connected(url, {"Authorization": f"Bearer {bearer}"})
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _ready_when_checked(self, origin: str, attempt_id: str, bearer: str) -> None:
        """The camera check never keeps anybody out, so neither does one that does not end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CHECK_WITHIN_S):
                await self._checked.wait()
        await _say_ready(origin, attempt_id, bearer)

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

    async def settle(self) -> None:
        """Do nothing more, with the network there, until every event is acknowledged."""
        self._settling = True
        while self._unacknowledged:  # noqa: ASYNC110  a simulated page looks at its own list, as often as at its steps
            await asyncio.sleep(STEP_WATCH_S)

    def _step(self) -> Step:
        if self._settling or not self._live.is_set():
            return Step(1.0)
        return step_at(self.steps, time.monotonic() - self._began)

    async def _behave(self) -> None:
        await self._live.wait()
        await self._event(PageEventKind.CAMERA_STARTED, REAL_CAMERA)
        await self._event(PageEventKind.MICROPHONE_STARTED)
        while True:
            step = self._step()
            self.live_view.show(step.scene)
            await self._say_what_changed(self._shown, step)
            self._shown = step
            self._connect_or_cut(there=step.connected)
            await asyncio.sleep(STEP_WATCH_S)

    async def _say_what_changed(self, before: Step, now: Step) -> None:
        kinds = PageEventKind
        if now.tab_visible != before.tab_visible:
            await self._event(kinds.TAB_VISIBLE if now.tab_visible else kinds.TAB_HIDDEN)
        if now.second_screen != before.second_screen:
            await self._event(kinds.SECOND_SCREEN_ON if now.second_screen else kinds.SECOND_SCREEN_OFF)
        if now.muted != before.muted:
            await self._event(kinds.MICROPHONE_MUTED if now.muted else kinds.MICROPHONE_UNMUTED)
        if now.virtual_camera != before.virtual_camera:
            camera = CAMERA_PROGRAM if now.virtual_camera else REAL_CAMERA
            await self._event(kinds.CAMERA_STARTED, camera)

    def _connect_or_cut(self, *, there: bool) -> None:
        if there:
            self._network.set()
        else:
            self._network.clear()
            if self._socket is not None:
                self._socket.transport.abort()  # as a network does it: no goodbye

    async def _event(self, kind: PageEventKind, device: dict[str, object] | None = None) -> None:
        """Kept until the server has acknowledged it, as a page does."""
        self._event_seq += 1
        event: dict[str, object] = {
            "type": "event",
            "seq": self._event_seq,
            "kind": kind.value,
            "page_ms": (time.monotonic() - self._began) * 1000,
            "occurred_at": round(time.time() * 1000),
        }
        if device is not None:
            event["device"] = device
        self._unacknowledged[self._event_seq] = event
        self.tally.events_sent += 1
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(event))

    async def _send_frames(self, socket: ClientConnection) -> None:
        due = time.monotonic()
        while True:
            if self._state not in OVER and self._state is not AttemptState.INVITED:
                await self._send_frame(socket)
            burst_interval_s, burst_until = self._burst
            interval_s = burst_interval_s if time.monotonic() < burst_until else self._interval_s
            due = max(due + interval_s, time.monotonic())
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
                    await self._welcomed(socket, message)
                case "ping":
                    await socket.send(json.dumps({"type": "pong", "nonce": message["nonce"]}))
                case "warning":
                    self.tally.warnings += 1
                    answer = {"type": "acknowledge_warning", "warning_id": message["warning"]["id"]}
                    await socket.send(json.dumps(answer))
                case "check_in":
                    await self._checking(socket, CheckInStep(message["step"]))
                case "watch_open" | "watch_signal" | "watch_close":
                    await self._watched(socket, message)
                case _:
                    self._told(message)

    async def _welcomed(self, socket: ClientConnection, message: dict[str, Any]) -> None:
        self._retry_s = FIRST_RETRY_S
        self._take_state(AttemptState(message["state"]))
        self._interval_s = float(message["sampling_interval_s"])
        self._acknowledge(int(message["acknowledged_seq"]))
        for event in list(self._unacknowledged.values()):
            await socket.send(json.dumps({**event, "late": True}))
        if self.camera_check and self._state is AttemptState.CHECKING_IN:
            await socket.send(json.dumps({"type": "check_in"}))

    def _told(self, message: dict[str, Any]) -> None:
        """What needs no answer."""
        match message["type"]:
            case "ack" if message["instance_id"] == self._instance_id:
                self._acknowledge(int(message["seq"]))
            case "state":
                self._take_state(AttemptState(message["state"]))
            case "sampling":
                self._interval_s = float(message["interval_s"])
            case "burst":
                self._burst = (float(message["interval_s"]), time.monotonic() + float(message["for_s"]))
            case "error" if message.get("about") == "check_in":
                self._checked.set()
            case _:
                pass

    async def _checking(self, socket: ClientConnection, step: CheckInStep) -> None:
        if step is CheckInStep.DONE:
            self._checked.set()
        elif step in _SKIPPED and step not in self._skipped:
            self._skipped.add(step)
            await socket.send(json.dumps({"type": "check_in", "step": step.value, "skip": True}))

    async def _watched(self, socket: ClientConnection, message: dict[str, object]) -> None:
        if message["type"] == "watch_open":
            self.tally.live_views += 1
        for answer in await self.live_view.take(message):
            await socket.send(json.dumps(answer))

    def _take_state(self, state: AttemptState) -> None:
        self._state = state
        if state is AttemptState.LIVE and not self._live.is_set():
            self._began = time.monotonic()
            self.tally.live_ms = round(time.time() * 1000)
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


async def _join(origin: str, token: str) -> tuple[str, str]:
    """Join and agree. Returns (attempt id, bearer token)."""
    async with _http(origin) as http:
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
        return attempt_id, bearer


async def _say_ready(origin: str, attempt_id: str, bearer: str) -> None:
    """Say that the devices are fine, unless that was said before."""
    async with _http(origin) as http:
        http.headers["Authorization"] = f"Bearer {bearer}"
        room = _fine(await http.get(f"/attempts/{attempt_id}/room"))
        if room["state"] == AttemptState.CHECKING_IN:
            _fine(await http.post(f"/attempts/{attempt_id}/ready"))


def _http(origin: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"{origin}/api/v1", timeout=20, trust_env=False)


def _fine(response: httpx.Response) -> dict[str, object]:
    body = response.json()
    if response.is_success and isinstance(body, dict):
        return body
    raise ExamhallError(
        ErrorKind.CONFLICT,
        "join_refused",
        f"The server answered {response.status_code}: {body.get('detail', 'no reason given')}",
    )
