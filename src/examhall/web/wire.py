"""Every JSON message of the two sockets, in one file.

Names ending in `_at` or `_ms` are integers, ms since the epoch (UTC) unless said otherwise; `_s` are
seconds. What decays or runs is sent as (value, as_of, half_life_s) or as a deadline; the page derives.
Unknown message types are ignored and counted. Fatal errors close the socket with 4400-4499.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from examhall.application.ports.live import MeetingAction
from examhall.application.ports.meetings import Media, ProviderName
from examhall.application.views import (
    AttemptCard,
    ChatMessage,
    Clock,
    ExamHead,
    IceServer,
    Incident,
    WarningNote,
)
from examhall.domain.attempt import AttemptState
from examhall.domain.bandwidth import BandwidthRung, RecordingNow
from examhall.domain.check_in import Advice, CheckInStep, DetectorTrust, StepView, Target
from examhall.domain.observation import PageEventKind
from examhall.web.plain import LARGEST, LAST_MS, Count, Ms

PROTOCOL = 1

# close codes
CLOSE_COME_BACK = 1012  # the server goes away, or another one looks after the attempt: come back
CLOSE_BAD_MESSAGE = 4400
CLOSE_UNAUTHENTICATED = 4401
CLOSE_FORBIDDEN = 4403
CLOSE_REPLACED = 4001  # the same page opened a newer socket
CLOSE_NOT_FOUND = 4404
CLOSE_SILENT = 4408  # no sign of life for 15 s: come back
CLOSE_SECOND_DEVICE = 4409  # another page holds this attempt
CLOSE_OVER = 4410  # the attempt is over
CLOSE_TOO_SLOW = 4413  # the page does not read what it is sent


class Message(BaseModel):
    # The exported schema says what is really sent: `type` and the other defaults are always there.
    model_config = ConfigDict(extra="ignore", frozen=True, json_schema_serialization_defaults_required=True)


ShortText = Annotated[str, Field(min_length=1, max_length=2000)]
Id = Annotated[str, Field(min_length=1, max_length=64)]


# ---- candidate's page -> server ------------------------------------------------------------------


class Hello(Message):
    type: Literal["hello"] = "hello"
    protocol: int
    instance_id: Id
    last_event_seq: Count = 0  # highest seq this page instance has used


class Device(Message):
    """What the browser says of the camera it opened; only looked at, neither kept nor logged.

    controls: names of the capabilities that its track lists ("exposureMode", "focusDistance", ...).
    """

    label: Annotated[str, Field(max_length=300, repr=False)] = ""
    width: Annotated[int, Field(ge=0, le=100_000)] | None = None
    height: Annotated[int, Field(ge=0, le=100_000)] | None = None
    frame_rate: Annotated[float, Field(ge=0, le=10_000)] | None = None
    controls: Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=64)] = ()


class PageEvent(Message):
    """One page event. `page_ms`: the page's performance.now() when it happened; `late`: was buffered."""

    type: Literal["event"] = "event"
    seq: Annotated[int, Field(ge=1, le=LARGEST)]
    kind: PageEventKind
    page_ms: Annotated[float, Field(ge=0, le=LAST_MS)]
    occurred_at: Ms  # the page's own clock, the candidate's word
    late: bool = False
    instance_id: Id | None = None  # of the instance that saw it, when sent by a later one
    device: Device | None = None  # with camera_started


class CheckCamera(Message):
    """The camera check: no step begins it or asks where it stands, a step begins that one again or skips it."""

    type: Literal["check_in"] = "check_in"
    step: CheckInStep | None = None
    skip: bool = False


class Waiting(Message):
    """What the page keeps until its line is better."""

    recordings: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    events: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class Bandwidth(Message):
    """What the page leaves out now because its line is slow; say it after each welcome and on each change.

    recording: what its recorder does; None keeps what was said, on or later by the rung.
    """

    type: Literal["bandwidth"] = "bandwidth"
    rung: BandwidthRung
    waiting: Waiting = Waiting()
    recording: RecordingNow | None = None


class CandidateChat(Message):
    type: Literal["chat"] = "chat"
    client_id: Id
    text: ShortText


class RaiseHand(Message):
    type: Literal["raise_hand"] = "raise_hand"
    raised: bool


class AcknowledgeWarning(Message):
    type: Literal["acknowledge_warning"] = "acknowledge_warning"
    warning_id: Id


class Signalling(Message):
    """P2P WebRTC, relayed only inside a watch that the server minted. At most 16 kB.

    tracks: what of the sender's is to be seen or heard now; profile: how closely the proctor looks from now on.
    """

    type: Literal["watch_signal"] = "watch_signal"
    watch_id: Id
    description: dict[str, str] | None = None  # {type, sdp}
    candidate: dict[str, str | int | None] | None = None  # RTCIceCandidateInit
    tracks: dict[str, Literal["camera", "screen", "microphone"]] | None = None  # mid -> what
    profile: Literal["grid", "focus"] | None = None


class Ping(Message):
    """Either side may ask whether the other is there; the page also measures its line by it."""

    type: Literal["ping"] = "ping"
    nonce: Annotated[str, Field(max_length=64)]


class Pong(Message):
    type: Literal["pong"] = "pong"
    nonce: Annotated[str, Field(max_length=64)]


CandidateMessage = Annotated[
    Hello
    | PageEvent
    | CheckCamera
    | Bandwidth
    | CandidateChat
    | RaiseHand
    | AcknowledgeWarning
    | Signalling
    | Ping
    | Pong,
    Field(discriminator="type"),
]


# ---- server -> candidate's page ------------------------------------------------------------------


class Welcome(Message):
    """The whole truth for the page; sent first, and all a reload needs."""

    type: Literal["welcome"] = "welcome"
    protocol: int
    attempt_id: Id
    state: AttemptState
    clock: Clock
    sampling_interval_s: float
    acknowledged_seq: int  # highest contiguous seq of this instance
    hand_raised: bool
    chat: tuple[ChatMessage, ...]
    warnings: tuple[WarningNote, ...]  # not yet acknowledged
    paused_by: str | None  # "your proctor", "the policy" or "you"
    reason: str | None  # what staff said of the pause or the end
    server_now: Ms


class Ack(Message):
    type: Literal["ack"] = "ack"
    instance_id: Id
    seq: int


class StateChanged(Message):
    type: Literal["state"] = "state"
    state: AttemptState
    clock: Clock
    paused_by: str | None = None  # as in the welcome
    reason: str | None = None  # what staff said of the pause or the end
    given_back_s: float | None = None


class WarningGiven(Message):
    type: Literal["warning"] = "warning"
    warning: WarningNote


class ChatDelivered(Message):
    type: Literal["chat"] = "chat"
    message: ChatMessage
    client_id: str | None = None


class HandChanged(Message):
    type: Literal["hand"] = "hand"
    raised: bool


class SamplingChanged(Message):
    type: Literal["sampling"] = "sampling"
    interval_s: float


class Burst(Message):
    """Send camera pictures more often for a short while, then at the sampling's pace again."""

    type: Literal["burst"] = "burst"
    interval_s: float
    for_s: float


class CheckInStands(Message):
    """Where the camera check stands. progress: of the running step, 0..1; detectors: once they are known."""

    type: Literal["check_in"] = "check_in"
    step: CheckInStep
    target: Target | None
    progress: float
    advice: Advice | None
    steps: tuple[StepView, ...]
    detectors: tuple[DetectorTrust, ...]


class MeetingCommand(Message):
    """join: the meeting has vanished, join anew; mute: switch `media` off; leave: go out of the meeting.

    Mute and leave are said as well where the meeting's own server does them, so that the candidate reads `reason`.
    """

    type: Literal["meeting"] = "meeting"
    action: MeetingAction
    media: Media | None
    reason: str = ""


class WatchOpened(Message):
    """A proctor opens the live view.

    p2p: the candidate's page offers, sendonly; else it is in the meeting and publishes.
    """

    type: Literal["watch_open"] = "watch_open"
    watch_id: Id
    provider: ProviderName
    ice_servers: tuple[IceServer, ...]
    relay_only: bool
    profile: Literal["grid", "focus"]
    tell: bool  # show "a proctor is watching"


class WatchClosed(Message):
    type: Literal["watch_close"] = "watch_close"
    watch_id: Id
    reason: str


class ErrorMessage(Message):
    """A refusal that does not close the socket (bad frame, refused command, ...)."""

    type: Literal["error"] = "error"
    code: str
    message: str
    about: str | None = None  # the command's or frame's id


class ComeBack(Message):
    """The server is going away; come back after so long."""

    type: Literal["come_back"] = "come_back"
    after_s: float


ServerToCandidate = Annotated[
    Welcome
    | Ack
    | StateChanged
    | WarningGiven
    | ChatDelivered
    | HandChanged
    | SamplingChanged
    | MeetingCommand
    | Burst
    | CheckInStands
    | WatchOpened
    | WatchClosed
    | Signalling
    | Ping
    | Pong
    | ErrorMessage
    | ComeBack,
    Field(discriminator="type"),
]


# ---- proctor's page -> server --------------------------------------------------------------------


class MonitorHello(Message):
    """`last_update_id`: resume after it; None asks for a snapshot."""

    type: Literal["hello"] = "hello"
    protocol: int
    last_update_id: Count | None = None


class OpenWatch(Message):
    type: Literal["watch_open"] = "watch_open"
    request_id: Id
    attempt_id: Id
    profile: Literal["grid", "focus"] = "focus"


class CloseWatch(Message):
    type: Literal["watch_close"] = "watch_close"
    watch_id: Id


MonitorMessage = Annotated[
    MonitorHello | OpenWatch | CloseWatch | Signalling | Pong, Field(discriminator="type")
]


# ---- server -> proctor's page --------------------------------------------------------------------


class Snapshot(Message):
    type: Literal["snapshot"] = "snapshot"
    update_id: int
    exam: ExamHead
    attempts: tuple[AttemptCard, ...]  # by number
    incidents: tuple[Incident, ...]  # all of the exam's incidents, by opened_at then id
    chat: tuple[ChatMessage, ...]  # by at then id
    server_now: Ms


class AttemptUpdated(Message):
    type: Literal["attempt"] = "attempt"
    attempt: AttemptCard


class IncidentUpdated(Message):
    type: Literal["incident"] = "incident"
    incident: Incident


class ChatUpdated(Message):
    type: Literal["chat"] = "chat"
    message: ChatMessage


class ExamUpdated(Message):
    type: Literal["exam"] = "exam"
    exam: ExamHead


UpdateBody = Annotated[
    AttemptUpdated | IncidentUpdated | ChatUpdated | ExamUpdated, Field(discriminator="type")
]


class Update(Message):
    """One ordered change; whole objects replace whole objects."""

    type: Literal["update"] = "update"
    update_id: int
    body: UpdateBody


class Resumed(Message):
    """Answer to a hello with last_update_id when the outbox still has what follows."""

    type: Literal["resumed"] = "resumed"
    update_id: int
    server_now: Ms


class WatchStarted(Message):
    """p2p: the proctor is the polite peer and answers; else the page asks for its way into the meeting."""

    type: Literal["watch_started"] = "watch_started"
    request_id: Id
    watch_id: Id
    provider: ProviderName
    attempt_id: Id
    ice_servers: tuple[IceServer, ...]
    relay_only: bool


class MeetingStatus(Message):
    """Whether there is live view now; `reason`: why not. Not part of the snapshot."""

    type: Literal["meeting"] = "meeting"
    provider: ProviderName
    available: bool
    reason: str | None


class ServerLoad(Message):
    """How often everybody is looked at now, and how busy the workers are. Not part of the snapshot."""

    type: Literal["load"] = "load"
    sampling_interval_s: float
    workers_busy: float
    workers_ready: int


ServerToMonitor = Annotated[
    Snapshot
    | Resumed
    | Update
    | WatchStarted
    | WatchClosed
    | Signalling
    | ServerLoad
    | MeetingStatus
    | Ping
    | ErrorMessage
    | ComeBack,
    Field(discriminator="type"),
]
