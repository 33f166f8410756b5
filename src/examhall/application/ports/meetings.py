"""The port to whoever carries live picture and sound between a candidate and a proctor.

The meeting of an exam is made of booths, one for each attempt: that candidate and the staff who look in, and
nobody else. What goes to a provider is ids only, never a name or an address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from examhall.application.views import IceServer
from examhall.domain.errors import ErrorKind, ExamhallError

ProviderName = Literal["p2p", "livekit", "realtimekit", "dyte"]
SeatRole = Literal["candidate", "proctor"]
Media = Literal["camera", "microphone", "screen"]


@dataclass(frozen=True, slots=True)
class WatchTerms:
    """What both ends of a live view need before they start talking to each other.

    relay_only: peers must hide their addresses behind the relay servers.
    """

    ice_servers: tuple[IceServer, ...]
    relay_only: bool


@dataclass(frozen=True, slots=True)
class Booth:
    """One candidate's part of an exam's meeting."""

    exam_id: str
    attempt_id: str

    @property
    def key(self) -> str:
        """What a provider calls it."""
        return f"examhall.{self.exam_id}.{self.attempt_id}"

    @classmethod
    def from_key(cls, key: str) -> "Booth | None":
        """None for what is not ours: a provider may serve others too."""
        match key.split("."):
            case ["examhall", str(exam_id), str(attempt_id)] if exam_id and attempt_id:
                return cls(exam_id, attempt_id)
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits in a booth. `participant_id` is opaque: an attempt's id or the id of one live view."""

    participant_id: str
    role: SeatRole


@dataclass(frozen=True, slots=True)
class MeetingJoin:
    """What a page needs to join. `expires_at`: ms since the epoch; ask for a new one before it."""

    provider: ProviderName
    participant_id: str
    url: str | None = None  # None where the page needs none
    token: str | None = field(default=None, repr=False)
    expires_at: int | None = None
    ice_servers: tuple[IceServer, ...] = field(default=(), repr=False)
    relay_only: bool = False


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is in a booth now. `publishes` is None where the provider does not tell."""

    participant_id: str
    publishes: tuple[Media, ...] | None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do by itself; for the rest the candidate's page is asked over our socket.

    signalled: both ends speak through our sockets. most_watchers: live views of one candidate at a time.
    """

    signalled: bool
    mute: bool
    remove: bool
    presence: bool
    webhooks: bool
    most_watchers: int | None


class MeetingEventKind(StrEnum):
    JOINED = "joined"
    LEFT = "left"
    TRACK_PUBLISHED = "track_published"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class MeetingEvent:
    """What a provider reports. `key` is the same when it is reported again; `at`: ms since the epoch, its clock."""

    kind: MeetingEventKind
    key: str
    booth: Booth
    participant_id: str | None
    media: Media | None
    at: int | None


class MeetingProvider(Protocol):
    """Every call but `watch_terms` may raise `ExamhallError` `meeting_unavailable` (down, slow, wrong credentials)."""

    @property
    def name(self) -> ProviderName: ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def page_origins(self) -> tuple[str, ...]:
        """Where pages connect to, as sources of a content security policy."""
        ...

    async def start(self) -> None:
        """Connects to nothing: a provider that is down keeps nothing from starting."""
        ...

    async def stop(self) -> None: ...

    async def health(self) -> str | None:
        """None, or what is wrong and what to do; never raises and names no secret."""
        ...

    async def watch_terms(self, watch_id: str) -> WatchTerms:
        """Terms of one live view; credentials in them may be short-lived."""
        ...

    async def ensure(self, booth: Booth) -> None:
        """Make it unless it is there."""
        ...

    async def close(self, booth: Booth) -> None:
        """Everybody is taken out and its tokens open nothing more; nothing happens when there is none."""
        ...

    async def issue(self, booth: Booth, seat: Seat) -> MeetingJoin:
        """Let somebody in with the least rights of the role; the booth is made when it is not there."""
        ...

    async def refresh(self, booth: Booth, seat: Seat) -> MeetingJoin:
        """New credentials for who was let in. Raises `not_in_meeting` when the provider knows nothing of them."""
        ...

    async def talk(self, booth: Booth, participant_id: str, *, talking: bool) -> None:
        """Let a proctor be heard and seen to be there, or not. Raises `not_in_meeting`."""
        ...

    async def mute(self, booth: Booth, participant_id: str, media: Media) -> None:
        """Raises `not_in_meeting` when there is no such participant, or nothing of that kind is published."""
        ...

    async def remove(self, booth: Booth, participant_id: str) -> None:
        """Take out; nothing happens when nobody of that id is there."""
        ...

    async def present(self, booth: Booth) -> tuple[Present, ...]:
        """Who is there, by participant id; also those who are hidden from the candidate."""
        ...

    async def booths(self) -> tuple[Booth, ...]:
        """Those of ours that are open at the provider."""
        ...

    async def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[MeetingEvent, ...]:
        """Events of a report that is really the provider's; none for kinds that mean nothing here.

        headers: names in lower case. Raises `webhook_refused` for a wrong, missing or expired signature.
        """
        ...


def unavailable(what: str) -> ExamhallError:
    """what: in words and without secrets."""
    return ExamhallError(
        ErrorKind.UNAVAILABLE,
        "meeting_unavailable",
        f"Live view is not available: {what}. The exam goes on.",
        retry_after_s=5.0,
    )


def not_in_meeting() -> ExamhallError:
    return ExamhallError(
        ErrorKind.CONFLICT,
        "not_in_meeting",
        "That participant, or what should be muted, is not in the meeting.",
    )


def webhook_refused(why: str) -> ExamhallError:
    return ExamhallError(ErrorKind.UNAUTHENTICATED, "webhook_refused", f"The report was not taken: {why}.")
