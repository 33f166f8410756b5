"""WS /ws/attempts/{attempt_id}: frames, events and words of the candidate's page, and what it is told."""

import asyncio

from fastapi import APIRouter, WebSocket
from pydantic import TypeAdapter

from examhall.application import cards, views
from examhall.application.monitor import CandidateView
from examhall.application.ports.bus import Subscription
from examhall.application.ports.live import (
    BandwidthSaid,
    BurstNotice,
    CameraDevice,
    CheckInNotice,
    Farewell,
    FrameRefusedNotice,
    MeetingNotice,
    PageEventIn,
    PageNotice,
    SamplingNotice,
    WatchClosedNotice,
    WatchOpenedNotice,
    WatchSignal,
)
from examhall.application.ports.live_metrics import FRAMES_REFUSED
from examhall.application.services import Services
from examhall.domain.attempt import OVER
from examhall.domain.check_in import CheckInView
from examhall.domain.errors import ExamhallError
from examhall.domain.frame_header import unpack_frame
from examhall.web import wire
from examhall.web.auth import Identity, require_may_say, services_of, socket_identity
from examhall.web.sockets.doors import close_code, let_in
from examhall.web.sockets.line import Closed, Line, known_types, until_one_ends
from examhall.web.sockets.signalling import signal_in, signal_out
from examhall.web.welcome import welcome

router = APIRouter()

SOCKET = "attempt_socket"
KIND = "candidate"
LOOK_AGAIN_S = 1.0
OVER_GRACE_S = 5.0  # for events that are still on their way
_MESSAGES: TypeAdapter[wire.CandidateMessage] = TypeAdapter(wire.CandidateMessage)
_KNOWN = known_types(wire.CandidateMessage)
_PARTING = {
    Farewell.REPLACED: (wire.CLOSE_REPLACED, "replaced"),
    Farewell.OVER: (wire.CLOSE_OVER, "over"),
    Farewell.LOST_OWNERSHIP: (wire.CLOSE_COME_BACK, "come_back"),
}

CandidateLine = Line[wire.CandidateMessage]


@router.websocket("/ws/attempts/{attempt_id}")
async def attempt_socket(websocket: WebSocket, attempt_id: str) -> None:
    """The candidate's page; it speaks first, with hello."""
    services = services_of(websocket)
    identity = await let_in(websocket, SOCKET)
    if identity is None:
        return
    line = CandidateLine(websocket, KIND, _MESSAGES, _KNOWN, services.metrics, services.leaving)
    await line.run(_Visit(services, line, websocket, identity, attempt_id).serve())


class CandidatePage:
    """Implements `PageLink` over a line."""

    def __init__(self, line: CandidateLine, instance_id: str) -> None:
        self._line = line
        self._instance_id = instance_id

    @property
    def instance_id(self) -> str:
        return self._instance_id

    @property
    def hears(self) -> bool:
        return True

    def tell(self, notice: PageNotice) -> None:
        match notice:
            case SamplingNotice():
                self._line.say(wire.SamplingChanged(interval_s=notice.interval_s))
            case BurstNotice():
                self._line.say(wire.Burst(interval_s=notice.interval_s, for_s=notice.for_s))
            case CheckInNotice():
                self._line.say(check_in_out(notice.view))
            case FrameRefusedNotice():
                about = str(notice.sequence)
                self._line.say(wire.ErrorMessage(code=notice.code, message=notice.message, about=about))
            case MeetingNotice():
                self._line.say(
                    wire.MeetingCommand(action=notice.action, media=notice.media, reason=notice.reason)
                )
            case WatchOpenedNotice():
                self._line.say(
                    wire.WatchOpened(
                        watch_id=notice.watch_id,
                        provider=notice.provider,
                        ice_servers=notice.terms.ice_servers,
                        relay_only=notice.terms.relay_only,
                        profile=notice.profile,
                        tell=notice.tell,
                    )
                )
            case WatchClosedNotice():
                self._line.say(wire.WatchClosed(watch_id=notice.watch_id, reason=notice.reason))
            case WatchSignal():
                self._line.say(signal_out(notice))

    async def answers(self, within_s: float) -> bool:
        return await self._line.answers(within_s)

    def part(self, why: Farewell) -> None:
        self._line.close(*_PARTING[why])


class _Visit:
    """One socket's stay, from hello to the end."""

    def __init__(
        self,
        services: Services,
        line: CandidateLine,
        websocket: WebSocket,
        identity: Identity,
        attempt_id: str,
    ) -> None:
        self._services = services
        self._line = line
        self._websocket = websocket
        self._identity = identity
        self._attempt_id = attempt_id
        self._told_chat: set[str] = set()
        self._told_warnings: set[str] = set()
        self._told: CandidateView | None = None
        self._leaving: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        hello = await self._line.hello()
        if not isinstance(hello, wire.Hello):
            raise Closed(wire.CLOSE_BAD_MESSAGE, "hello_expected")
        if hello.protocol != wire.PROTOCOL:
            raise Closed(wire.CLOSE_BAD_MESSAGE, "protocol_unsupported")
        page = CandidatePage(self._line, hello.instance_id)
        # Listen before looking, so that nothing falls between the welcome and the first change.
        async with self._services.bus.subscribe(f"attempt/{self._attempt_id}") as changes:
            await self._enter(page)
            try:
                await self._welcome(hello)
                await until_one_ends(self._follow(changes), self._read(page))
            finally:
                await asyncio.shield(self._leave(page))

    async def _enter(self, page: CandidatePage) -> None:
        try:
            await self._services.live.enter(self._attempt_id, page)
        except ExamhallError as error:
            self._line.refuse(error)
            second = error.code == "second_device"
            raise Closed(wire.CLOSE_SECOND_DEVICE if second else close_code(error), error.code) from error

    async def _leave(self, page: CandidatePage) -> None:
        await self._services.watches.page_left(page)
        await self._services.live.leave(self._attempt_id, page)

    # ---- what the page is told -------------------------------------------------------------------

    async def _welcome(self, hello: wire.Hello) -> None:
        view = await self._services.monitor.candidate_view(self._attempt_id)
        self._told = view
        self._told_chat = {message.id for message in view.chat}
        self._told_warnings = {warning.id for warning in view.warnings}
        self._line.say(await welcome(self._services, view, hello.instance_id))

    async def _follow(self, changes: Subscription) -> None:
        """Tell what others change, until the attempt is over."""
        while self._told is None or self._told.attempt.state not in OVER:
            key, _ = await changes.next()
            if key == "rights":
                await self._still_invited()
                continue
            view = await self._view()
            if view.attempt.consented_at is None:
                await self._services.watches.end_all(self._attempt_id, "consent_withdrawn")
            self._tell_state(view)
            self._tell_warnings(view)
            if key == "chat":
                await self._tell_chat()
        await self._services.watches.end_all(self._attempt_id, "attempt_over")
        await asyncio.sleep(OVER_GRACE_S)
        raise Closed(wire.CLOSE_OVER, "over")

    async def _view(self) -> CandidateView:
        """As soon as the store can say it."""
        while True:
            try:
                return await self._services.monitor.candidate_view(self._attempt_id)
            except ExamhallError as error:
                if not error.passes:
                    raise
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _still_invited(self) -> None:
        """A link that was withdrawn ends the visit that it opened."""
        try:
            await socket_identity(self._websocket, SOCKET)
        except ExamhallError as error:
            self._line.refuse(error)
            raise Closed(close_code(error), error.code) from error

    def _tell_state(self, view: CandidateView) -> None:
        told, self._told = self._told, view
        if told is None or (told.attempt.hand_raised_at is None) != (view.attempt.hand_raised_at is None):
            self._line.say(wire.HandChanged(raised=view.attempt.hand_raised_at is not None))
        if told is not None and _same_time(told, view):
            return
        given = view.clock.credited_s - (told.clock.credited_s if told is not None else 0.0)
        self._line.say(
            wire.StateChanged(
                state=view.attempt.state,
                clock=view.clock,
                paused_by=cards.paused_by(view.attempt),
                reason=view.attempt.reason,
                given_back_s=given if given > 0 else None,
            )
        )

    def _tell_warnings(self, view: CandidateView) -> None:
        for warning in view.warnings:
            if warning.id not in self._told_warnings:
                self._told_warnings.add(warning.id)
                self._line.say(wire.WarningGiven(warning=warning))

    async def _tell_chat(self, again: str | None = None) -> None:
        """again: the page's own id of a message that it sent once more."""
        for record in await self._services.attempt_store.chat_of_attempt(self._attempt_id):
            own = record.client_id if record.sender == cards.CANDIDATE else None
            if record.id in self._told_chat and (again is None or own != again):
                continue
            self._told_chat.add(record.id)
            message: views.ChatMessage = cards.chat(record, None)
            self._line.say(wire.ChatDelivered(message=message, client_id=own))

    # ---- what the page says ----------------------------------------------------------------------

    async def _read(self, page: CandidatePage) -> None:
        while True:
            message = await self._line.receive()
            if message is None:
                continue
            if isinstance(message, bytes):
                require_may_say(SOCKET, "frame", self._identity)
                await self._frame(message)
                continue
            try:
                require_may_say(SOCKET, message.type, self._identity)
                await self._obey(message, page)
            except ExamhallError as error:
                self._line.refuse(error, _about(message))

    async def _frame(self, data: bytes) -> None:
        try:
            frame = unpack_frame(data)
        except ExamhallError as error:
            self._services.metrics.count(FRAMES_REFUSED, code=error.code)
            self._line.refuse(error)
            return
        try:
            await self._services.live.take_frame(self._attempt_id, frame)
        except ExamhallError as error:
            self._line.refuse(error, str(frame.sequence))

    async def _obey(self, message: wire.CandidateMessage, page: CandidatePage) -> None:
        match message:
            case wire.PageEvent():
                event = event_in(message, page.instance_id)
                taken = await self._services.live.take_events(self._attempt_id, [event])
                for instance_id, seq in taken.items():
                    self._line.say(wire.Ack(instance_id=instance_id, seq=seq))
            case wire.CheckCamera():
                await self._services.live.check_in(self._attempt_id, message.step, skip=message.skip)
            case wire.Bandwidth():
                await self._services.live.bandwidth(self._attempt_id, bandwidth_in(message))
            case wire.CandidateChat() | wire.RaiseHand() | wire.AcknowledgeWarning():
                await self._converse(message)
            case wire.Signalling():
                self._services.watches.from_page(page, signal_in(message))
            case _:
                pass

    async def _converse(self, message: wire.CandidateChat | wire.RaiseHand | wire.AcknowledgeWarning) -> None:
        talk = self._services.conversation
        match message:
            case wire.CandidateChat():
                said = await talk.candidate_says(
                    self._attempt_id, text=message.text, client_id=message.client_id
                )
                if said is None:
                    await self._tell_chat(again=message.client_id)
            case wire.RaiseHand():
                await talk.raise_hand(self._attempt_id, raised=message.raised)
            case wire.AcknowledgeWarning():
                await talk.acknowledge_warning(self._attempt_id, message.warning_id)


def event_in(event: wire.PageEvent, instance_id: str) -> PageEventIn:
    """The event of the page load that saw it: its own, or the one that sends it."""
    return PageEventIn(
        instance_id=event.instance_id or instance_id,
        seq=event.seq,
        kind=event.kind,
        page_ms=event.page_ms,
        occurred_at=event.occurred_at,
        late=event.late,
        device=None if event.device is None else _device(event.device),
    )


def bandwidth_in(said: wire.Bandwidth) -> BandwidthSaid:
    return BandwidthSaid(said.rung, said.recording, said.waiting.recordings, said.waiting.events)


def _device(said: wire.Device) -> CameraDevice:
    return CameraDevice(said.label, said.width, said.height, said.frame_rate, said.controls)


def check_in_out(view: CheckInView) -> wire.CheckInStands:
    return wire.CheckInStands(
        step=view.step,
        target=view.target,
        progress=view.progress,
        advice=view.advice,
        steps=view.steps,
        detectors=view.detectors,
    )


def _about(message: wire.CandidateMessage) -> str | None:
    match message:
        case wire.PageEvent():
            return str(message.seq)
        case wire.CheckCamera() | wire.Bandwidth():
            return message.type
        case wire.CandidateChat():
            return message.client_id
        case wire.AcknowledgeWarning():
            return message.warning_id
        case wire.Signalling():
            return message.watch_id
        case _:
            return None


def _same_time(told: CandidateView, now: CandidateView) -> bool:
    """Whether state and exam clock are as they were."""
    return (
        told.attempt.state is now.attempt.state
        and told.clock.started_at == now.clock.started_at
        and told.clock.deadline == now.clock.deadline
        and told.clock.paused_at == now.clock.paused_at
        and told.clock.credited_s == now.clock.credited_s
    )
