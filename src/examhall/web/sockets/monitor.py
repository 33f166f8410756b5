"""WS /ws/exams/{exam_id}/monitor: the wall. A snapshot or a resume, then ordered updates.

The bus only wakes; what is sent is read from the outbox and the store, so that nothing depends on a wake-up
that was lost. Thumbnails are data: newest wins, outside the update ids.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence

from fastapi import APIRouter, WebSocket
from pydantic import TypeAdapter

from examhall.application.identity import StaffIdentity
from examhall.application.meetings import MeetingState
from examhall.application.monitor import MonitorObject
from examhall.application.ports.attempt_store import OutboxLine, UpdateKind
from examhall.application.ports.bus import Subscription
from examhall.application.ports.live import WatchClosedNotice, WatchSignal
from examhall.application.ports.live_metrics import ALERT_TIME, UPDATE_TIME
from examhall.application.services import Services
from examhall.application.views import AttemptCard, ChatMessage, Incident
from examhall.domain.errors import ExamhallError
from examhall.web import wire
from examhall.web.auth import Identity, require_may_say, services_of, socket_identity
from examhall.web.sockets.doors import close_code, let_in
from examhall.web.sockets.line import Closed, Line, known_types, until_one_ends
from examhall.web.sockets.signalling import signal_in, signal_out

router = APIRouter()

SOCKET = "monitor_socket"
KIND = "monitor"
LOAD_EVERY_S = 5.0
RIGHTS_EVERY_S = 15.0
LOOK_EVERY_S = 2.0  # a lost wake-up costs at most this
GATHER_S = 0.3  # at most; an alert may wait so long when there is a lot to tell
LOOK_AGAIN_S = 1.0  # while the store is away
_MESSAGES: TypeAdapter[wire.MonitorMessage] = TypeAdapter(wire.MonitorMessage)
_KNOWN = known_types(wire.MonitorMessage)

MonitorLine = Line[wire.MonitorMessage]


@router.websocket("/ws/exams/{exam_id}/monitor")
async def monitor_socket(websocket: WebSocket, exam_id: str) -> None:
    """A proctor's or reviewer's page of one exam; it speaks first, with hello."""
    services = services_of(websocket)
    identity = await let_in(websocket, SOCKET)
    if identity is None or identity.staff is None:
        return
    line = MonitorLine(websocket, KIND, _MESSAGES, _KNOWN, services.metrics, services.leaving)
    visit = _Visit(services, line, websocket, exam_id, identity, identity.staff)
    await line.run(visit.serve())


class _Proctor:
    """Implements `ProctorLink` over a line."""

    def __init__(self, line: MonitorLine, user_id: str) -> None:
        self._line = line
        self._user_id = user_id

    @property
    def user_id(self) -> str:
        return self._user_id

    def hear(self, notice: WatchSignal | WatchClosedNotice) -> None:
        if isinstance(notice, WatchSignal):
            self._line.say(signal_out(notice))
        else:
            self._line.say(wire.WatchClosed(watch_id=notice.watch_id, reason=notice.reason))


class _Visit:
    """One socket's stay, from hello to the end."""

    def __init__(
        self,
        services: Services,
        line: MonitorLine,
        websocket: WebSocket,
        exam_id: str,
        identity: Identity,
        staff: StaffIdentity,
    ) -> None:
        self._services = services
        self._line = line
        self._websocket = websocket
        self._exam_id = exam_id
        self._identity = identity
        self._staff_id = staff.user_id
        self._proctor = _Proctor(line, staff.user_id)
        self._last_id = 0
        self._alerted: set[str] = set()

    async def serve(self) -> None:
        hello = await self._line.hello()
        if not isinstance(hello, wire.MonitorHello):
            raise Closed(wire.CLOSE_BAD_MESSAGE, "hello_expected")
        if hello.protocol != wire.PROTOCOL:
            raise Closed(wire.CLOSE_BAD_MESSAGE, "protocol_unsupported")
        bus = self._services.bus
        async with (
            bus.subscribe(f"exam/{self._exam_id}") as changes,
            bus.subscribe(f"thumbnails/{self._exam_id}") as thumbnails,
            bus.subscribe(f"staff/{self._staff_id}") as rights,
        ):
            try:
                await self._begin(hello.last_update_id)
                await until_one_ends(
                    self._updates(changes),
                    self._thumbnails(thumbnails),
                    self._load(),
                    self._rights(rights),
                    self._read(),
                )
            finally:
                await asyncio.shield(self._services.watches.proctor_left(self._proctor))

    # ---- snapshot, resume, updates ---------------------------------------------------------------

    async def _begin(self, last_update_id: int | None) -> None:
        store = self._services.attempt_store
        if last_update_id is not None:
            lines = await store.outbox_after(self._exam_id, last_update_id)
            if lines is not None and last_update_id <= await store.outbox_head(self._exam_id):
                self._last_id = last_update_id
                now = self._services.clock.now_ms()
                self._line.say(wire.Resumed(update_id=last_update_id, server_now=now))
                await self._tell(lines)
                return
        await self._snapshot()

    async def _snapshot(self) -> None:
        snapshot = await self._services.monitor.snapshot(self._exam_id)
        self._last_id = snapshot.update_id
        self._line.say(
            wire.Snapshot(
                update_id=snapshot.update_id,
                exam=snapshot.exam,
                attempts=snapshot.attempts,
                incidents=snapshot.incidents,
                chat=snapshot.chat,
                server_now=snapshot.server_now,
            )
        )

    async def _updates(self, changes: Subscription) -> None:
        while True:
            began_s = time.perf_counter()
            try:
                await self._catch_up()
            except ExamhallError as error:
                if not error.passes:
                    raise
                await asyncio.sleep(LOOK_AGAIN_S)
                continue
            took_s = time.perf_counter() - began_s
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await changes.next()
                    # Of several changes of one object only the last is told: the busier, the more come together.
                    await asyncio.sleep(min(took_s, GATHER_S))

    async def _catch_up(self) -> None:
        lines = await self._services.attempt_store.outbox_after(self._exam_id, self._last_id)
        if lines is None:
            await self._snapshot()
        else:
            await self._tell(lines)

    async def _tell(self, lines: Sequence[OutboxLine]) -> None:
        """Whole objects as they are now; of several lines for one object the last one suffices.

        A changed exam moves every tile's clock and a removed candidate takes a tile away: a new snapshot.
        """
        if any(line.kind is UpdateKind.EXAM for line in lines):
            await self._snapshot()
            return
        last = {(line.kind, line.id): line.update_id for line in lines}
        for line in lines:
            if last[line.kind, line.id] == line.update_id:
                began_s = time.perf_counter()
                thing = await self._services.monitor.look(line)
                if thing is None:
                    await self._snapshot()
                    return
                self._line.say(wire.Update(update_id=line.update_id, body=_body(thing)))
                self._timed(thing, began_s)
            self._last_id = line.update_id

    def _timed(self, thing: MonitorObject, began_s: float) -> None:
        metrics = self._services.metrics
        metrics.observe(UPDATE_TIME, time.perf_counter() - began_s)
        if isinstance(thing, Incident) and thing.closed_at is None and thing.id not in self._alerted:
            self._alerted.add(thing.id)
            metrics.observe(ALERT_TIME, max(0, self._services.clock.now_ms() - thing.opened_at) / 1000)

    # ---- beside the updates ----------------------------------------------------------------------

    async def _thumbnails(self, thumbnails: Subscription) -> None:
        while True:
            attempt_id, data = await thumbnails.next()
            self._line.show(attempt_id, data)

    async def _load(self) -> None:
        told: wire.ServerLoad | None = None
        told_meeting: MeetingState | None = None
        while True:
            meeting = self._services.meetings.state
            if meeting != told_meeting:
                self._line.say(
                    wire.MeetingStatus(
                        provider=meeting.provider, available=meeting.available, reason=meeting.reason
                    )
                )
                told_meeting = meeting
            load = self._services.live.load()
            now = wire.ServerLoad(
                sampling_interval_s=load.sampling_interval_s,
                workers_busy=round(load.workers_busy, 2),
                workers_ready=load.workers_ready,
            )
            if now != told:
                self._line.say(now)
                told = now
            await asyncio.sleep(LOAD_EVERY_S)

    async def _rights(self, changes: Subscription) -> None:
        """A logout or a lost membership ends the page and its live views: at once, or when the next look finds it."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RIGHTS_EVERY_S):
                    await changes.next()
            try:
                self._identity = await socket_identity(self._websocket, SOCKET)
            except ExamhallError as error:
                if error.passes:  # nobody can say now; the next look will
                    continue
                raise Closed(close_code(error), error.code) from error

    # ---- what the page says ----------------------------------------------------------------------

    async def _read(self) -> None:
        while True:
            message = await self._line.receive()
            if message is None or isinstance(message, bytes):
                continue
            try:
                require_may_say(SOCKET, message.type, self._identity)
                await self._obey(message)
            except ExamhallError as error:
                self._line.refuse(error, _about(message))

    async def _obey(self, message: wire.MonitorMessage) -> None:
        watches = self._services.watches
        match message:
            case wire.OpenWatch():
                watch = await watches.open(self._exam_id, message.attempt_id, message.profile, self._proctor)
                self._line.say(
                    wire.WatchStarted(
                        request_id=message.request_id,
                        watch_id=watch.id,
                        attempt_id=watch.attempt_id,
                        provider=self._services.meetings.state.provider,
                        ice_servers=watch.terms.ice_servers,
                        relay_only=watch.terms.relay_only,
                    )
                )
            case wire.CloseWatch():
                await watches.close(self._proctor, message.watch_id)
            case wire.Signalling():
                watches.from_proctor(self._proctor, signal_in(message))
            case _:
                pass


def _about(message: wire.MonitorMessage) -> str | None:
    match message:
        case wire.OpenWatch():
            return message.request_id
        case wire.Signalling() | wire.CloseWatch():
            return message.watch_id
        case _:
            return None


def _body(
    thing: MonitorObject,
) -> wire.AttemptUpdated | wire.IncidentUpdated | wire.ChatUpdated | wire.ExamUpdated:
    if isinstance(thing, AttemptCard):
        return wire.AttemptUpdated(attempt=thing)
    if isinstance(thing, Incident):
        return wire.IncidentUpdated(incident=thing)
    if isinstance(thing, ChatMessage):
        return wire.ChatUpdated(message=thing)
    return wire.ExamUpdated(exam=thing)
