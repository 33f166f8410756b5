"""The port to the attempts that are being watched now, as the doors (sockets, HTTP) see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from examhall.application.ports.meetings import Media, ProviderName, WatchTerms
from examhall.domain.bandwidth import BandwidthRung, RecordingNow
from examhall.domain.check_in import CheckInStep, CheckInView
from examhall.domain.frame_header import FrameMessage
from examhall.domain.observation import PageEventKind

WatchProfile = Literal["grid", "focus"]
Track = Literal["camera", "screen", "microphone"]


class Farewell(StrEnum):
    """Why the server lets a page's socket go."""

    REPLACED = "replaced"  # the same page, or one that took over, opened a newer socket
    OVER = "over"
    LOST_OWNERSHIP = "lost_ownership"  # another server owns the attempt now


@dataclass(frozen=True, slots=True)
class SamplingNotice:
    """Send a picture every so often."""

    interval_s: float


@dataclass(frozen=True, slots=True)
class BurstNotice:
    """Send camera pictures more often for a short while, then as before."""

    interval_s: float
    for_s: float


@dataclass(frozen=True, slots=True)
class CheckInNotice:
    """Where the camera check stands; see `examhall.domain.check_in`."""

    view: CheckInView


@dataclass(frozen=True, slots=True)
class FrameRefusedNotice:
    """A picture that could not be looked at; `code` and `message` as in `ExamhallError`."""

    sequence: int
    code: str
    message: str


MeetingAction = Literal["join", "mute", "leave"]


@dataclass(frozen=True, slots=True)
class MeetingNotice:
    """What the page is asked to do in the live meeting, or what was done to it there; media: what to mute.

    reason: what staff say of it, for the candidate to read.
    """

    action: MeetingAction
    media: Media | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WatchOpenedNotice:
    """A proctor opens the live view. Peer to peer: offer, sendonly; else be in the meeting and publish.

    tell: show "a proctor is watching".
    """

    watch_id: str
    provider: ProviderName
    terms: WatchTerms
    profile: WatchProfile
    tell: bool


@dataclass(frozen=True, slots=True)
class WatchClosedNotice:
    watch_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class WatchSignal:
    """What the two ends of a live view say to each other; passed on as it is."""

    watch_id: str
    description: Mapping[str, str] | None
    candidate: Mapping[str, str | int | None] | None
    tracks: Mapping[str, Track] | None
    profile: WatchProfile | None = None


WatchNotice = WatchOpenedNotice | WatchClosedNotice | WatchSignal
PageNotice = SamplingNotice | BurstNotice | CheckInNotice | FrameRefusedNotice | MeetingNotice | WatchNotice


class PageLink(Protocol):
    """One page of a candidate that can be told things and asked whether it is still there."""

    @property
    def instance_id(self) -> str: ...

    @property
    def hears(self) -> bool:
        """Whether it can be told things at any time (a socket), or only when it asks."""
        ...

    def tell(self, notice: PageNotice) -> None:
        """Never waits; a page that does not read is closed by its own queue."""
        ...

    async def answers(self, within_s: float) -> bool:
        """Ask the page for a sign of life and wait so long for it."""
        ...

    def part(self, why: Farewell) -> None: ...


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """What the page knows of its camera; the candidate's word. `controls`: names of the capabilities that the
    browser lists ("exposureMode", "focusDistance", ...)."""

    label: str = field(repr=False)
    width: int | None
    height: int | None
    frame_rate: float | None
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageEventIn:
    """An event as it came in. `instance_id`: the page load that saw it; `page_ms`: its monotonic clock;
    `occurred_at`: its wall clock, the candidate's word."""

    instance_id: str
    seq: int
    kind: PageEventKind
    page_ms: float
    occurred_at: int
    late: bool
    device: CameraDevice | None = None  # with camera_started


@dataclass(frozen=True, slots=True)
class BandwidthSaid:
    """What the page says of its line. recording: None where it follows from the rung; the counts are of what
    waits in the page to be sent."""

    rung: BandwidthRung
    recording: RecordingNow | None = None
    waiting_recordings: int = 0
    waiting_events: int = 0


@dataclass(frozen=True, slots=True)
class LoadView:
    """How often everybody is looked at now, and how busy the workers are (0..1)."""

    sampling_interval_s: float
    workers_busy: float
    workers_ready: int


class LiveAttempts(Protocol):
    """Everything that happens to an attempt while it runs goes through its one owner here."""

    async def enter(self, attempt_id: str, page: PageLink) -> None:
        """Let a page in as the attempt's one page.

        The same instance replaces its older socket; another takes over only from one that does not
        answer. Raises `ExamhallError` `second_device` otherwise, `attempt_not_found`, `attempt_over`.
        """
        ...

    async def leave(self, attempt_id: str, page: PageLink) -> None:
        """The page's socket is gone. Nothing happens if another page has taken its place."""
        ...

    async def show_up(self, attempt_id: str, instance_id: str) -> None:
        """A page without a socket made a request; it counts as connected while it keeps making them.

        Raises as `enter`.
        """
        ...

    async def take_frame(self, attempt_id: str, frame: FrameMessage) -> None:
        """Take the newest picture; returns before it is looked at.

        Raises `ExamhallError` `frame_not_expected`, `frame_too_large` or `frame_codec_mismatch`.
        """
        ...

    async def take_events(self, attempt_id: str, events: Sequence[PageEventIn]) -> dict[str, int]:
        """Store each event once; return the highest contiguous seq for each instance, after the commit.

        Raises `ExamhallError` `event_not_expected` before consent, `storage_full`.
        """
        ...

    async def check_in(self, attempt_id: str, step: CheckInStep | None, *, skip: bool) -> None:
        """Begin the camera check (None), begin one step again, or skip it. Raises `ExamhallError`
        `check_in_not_expected` outside checking_in and waiting."""
        ...

    async def bandwidth(self, attempt_id: str, said: BandwidthSaid) -> None:
        """The page's line became slower or better. Nothing happens when it says the same again.

        Raises `ExamhallError` `attempt_not_found`, `storage_full`.
        """
        ...

    def check_in_view(self, attempt_id: str) -> CheckInView | None:
        """Where the camera check stands; None when none was begun."""
        ...

    async def acknowledged_seq(self, attempt_id: str, instance_id: str) -> int: ...

    def page_of(self, attempt_id: str) -> PageLink | None:
        """The page that holds the attempt now."""
        ...

    def sampling_interval_s(self, attempt_id: str) -> float:
        """How often this attempt's page is asked for a picture."""
        ...

    def load(self) -> LoadView: ...
