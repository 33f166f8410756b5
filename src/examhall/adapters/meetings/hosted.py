"""What RealtimeKit and its former self, Dyte, have in common: hosted meetings, and presets for their participants.

Each booth is a meeting of its own, found again by its title, so that nothing of a provider is stored here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import jwt

from examhall.adapters.meetings.hosted_reports import Reports
from examhall.application.ports.meetings import (
    Booth,
    Capabilities,
    Media,
    MeetingEvent,
    MeetingJoin,
    Present,
    ProviderName,
    Seat,
    WatchTerms,
    not_in_meeting,
)
from examhall.domain.errors import ExamhallError


@dataclass(frozen=True, slots=True)
class Presets:
    """Names of the provider's presets, which hold the rights of a role; see docs/meetings.md."""

    candidate: str
    proctor: str


@dataclass(frozen=True, slots=True)
class HostedMeeting:
    """`created_at`: as the provider writes it; sorts by time."""

    id: str
    title: str
    created_at: str


@dataclass(frozen=True, slots=True)
class HostedParticipant:
    """`custom_id` is our participant id."""

    meeting_id: str
    id: str
    custom_id: str


@dataclass(frozen=True, slots=True)
class Admitted:
    participant_id: str
    token: str = field(repr=False)


class HostedApi(Protocol):
    """The provider's REST interface. Raises `ExamhallError` `meeting_unavailable`, and `Gone` for what is not there."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def active_meetings(self, search: str) -> list[HostedMeeting]:
        """Those that can be joined and have `search` in their title."""
        ...

    async def create_meeting(self, title: str) -> str: ...

    async def deactivate(self, meeting_id: str) -> None: ...

    async def participants(self, meeting_id: str) -> list[HostedParticipant]:
        """Who has been let in, there now or not."""
        ...

    async def add(self, meeting_id: str, custom_id: str, preset: str) -> Admitted: ...

    async def new_token(self, meeting_id: str, participant_id: str) -> str: ...

    async def delete(self, meeting_id: str, participant_id: str) -> None:
        """Their tokens open nothing any more."""
        ...

    async def kick(self, meeting_id: str, custom_id: str | None) -> None:
        """Out of the running session; None: everybody. Raises `Gone` when nobody is there."""
        ...

    async def there_now(self, meeting_id: str) -> list[str]:
        """Our ids of who is in the running session."""
        ...

    async def preset_names(self) -> list[str]: ...


class Gone(Exception):
    """The meeting, participant or session is not there (any more)."""


class HostedMeetings:
    """Implements `application.ports.meetings.MeetingProvider` over a `HostedApi`."""

    capabilities = Capabilities(
        signalled=False, mute=False, remove=True, presence=True, webhooks=True, most_watchers=None
    )

    def __init__(
        self,
        name: ProviderName,
        service: HostedApi,
        presets: Presets,
        reports: Reports,
        *,
        url: str | None,
        page_origins: tuple[str, ...],
    ) -> None:
        self._name = name
        self._service = service
        self._presets = presets
        self._reports = reports
        self._url = url
        self._page_origins = page_origins
        self._known: dict[Booth, str] = {}

    @property
    def name(self) -> ProviderName:
        return self._name

    @property
    def page_origins(self) -> tuple[str, ...]:
        return self._page_origins

    async def start(self) -> None:
        await self._service.start()

    async def stop(self) -> None:
        await self._service.stop()

    async def health(self) -> str | None:
        """Credentials, reachability, and whether the presets are there."""
        try:
            names = await self._service.preset_names()
        except ExamhallError as error:
            return error.message
        missing = sorted({self._presets.candidate, self._presets.proctor} - set(names))
        if missing:
            return f"{self._name} has no preset {' and no preset '.join(missing)}; make it there, see docs/meetings.md"
        return None

    async def watch_terms(self, watch_id: str) -> WatchTerms:  # noqa: ARG002 - the provider's client has its own
        return WatchTerms((), relay_only=False)

    async def ensure(self, booth: Booth) -> None:
        await self._meeting(booth)

    async def close(self, booth: Booth) -> None:
        self._known.pop(booth, None)
        for meeting in await self._found(booth):
            try:
                await self._service.deactivate(meeting.id)
                await self._service.kick(meeting.id, None)
            except Gone:
                continue

    async def issue(self, booth: Booth, seat: Seat) -> MeetingJoin:
        try:
            return await self._admit(await self._meeting(booth), seat)
        except Gone:  # the meeting was deleted under us
            self._known.pop(booth, None)
            try:
                return await self._admit(await self._meeting(booth), seat)
            except Gone as error:
                raise not_in_meeting() from error

    async def refresh(self, booth: Booth, seat: Seat) -> MeetingJoin:
        try:
            meeting_id = await self._meeting(booth)
            for one in await self._service.participants(meeting_id):
                if one.custom_id == seat.participant_id:
                    return self._join(seat, await self._service.new_token(meeting_id, one.id))
        except Gone:
            self._known.pop(booth, None)
        raise not_in_meeting()

    async def talk(self, booth: Booth, participant_id: str, *, talking: bool) -> None:  # noqa: ARG002
        """The proctors' preset may speak; their page switches its microphone. Raises `not_in_meeting`."""
        if not any(one.custom_id == participant_id for one in await self._let_in(booth)):
            raise not_in_meeting()

    async def mute(self, booth: Booth, participant_id: str, media: Media) -> None:
        """Not from a server; see the capabilities."""

    async def remove(self, booth: Booth, participant_id: str) -> None:
        for one in await self._let_in(booth):
            if one.custom_id != participant_id:
                continue
            try:
                await self._service.delete(one.meeting_id, one.id)
                await self._service.kick(one.meeting_id, participant_id)
            except Gone:
                continue  # never came in, or has gone

    async def present(self, booth: Booth) -> tuple[Present, ...]:
        for meeting in (await self._found(booth))[:1]:
            try:
                ids = await self._service.there_now(meeting.id)
            except Gone:
                continue
            return tuple(Present(one, None) for one in sorted(set(ids)))
        return ()

    async def booths(self) -> tuple[Booth, ...]:
        found = (Booth.from_key(one.title) for one in await self._service.active_meetings("examhall."))
        return tuple(dict.fromkeys(booth for booth in found if booth is not None))

    async def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[MeetingEvent, ...]:
        return await self._reports.verify(headers, body)

    # ---- meetings --------------------------------------------------------------------------------

    async def _found(self, booth: Booth) -> list[HostedMeeting]:
        """Oldest first; all servers agree on the first one."""
        found = [one for one in await self._service.active_meetings(booth.key) if one.title == booth.key]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    async def _meeting(self, booth: Booth) -> str:
        """The id of the booth's meeting, made when there is none."""
        known = self._known.get(booth)
        if known is None:
            found = await self._found(booth)
            if not found:
                await self._service.create_meeting(booth.key)
                found = await self._found(booth)  # another server may have been quicker
            if not found:
                raise not_in_meeting()
            known = self._known[booth] = found[0].id
        return known

    async def _let_in(self, booth: Booth) -> list[HostedParticipant]:
        try:
            return [
                one
                for meeting in await self._found(booth)
                for one in await self._service.participants(meeting.id)
            ]
        except Gone:
            return []

    async def _admit(self, meeting_id: str, seat: Seat) -> MeetingJoin:
        for one in await self._service.participants(meeting_id):
            if one.custom_id == seat.participant_id:
                return self._join(seat, await self._service.new_token(meeting_id, one.id))
        preset = self._presets.candidate if seat.role == "candidate" else self._presets.proctor
        return self._join(seat, (await self._service.add(meeting_id, seat.participant_id, preset)).token)

    def _join(self, seat: Seat, token: str) -> MeetingJoin:
        return MeetingJoin(self._name, seat.participant_id, self._url, token, _expiry_ms(token))


def _expiry_ms(token: str) -> int | None:
    """What the provider's token says of itself, when it is one that says it."""
    try:
        expires_s = jwt.decode(token, options={"verify_signature": False}).get("exp")
    except jwt.InvalidTokenError:
        return None
    return round(expires_s * 1000) if isinstance(expires_s, int | float) else None
