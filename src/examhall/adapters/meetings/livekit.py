"""LiveKit: one room for each booth, tokens signed here, everything else asked of its server."""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import aiohttp
import jwt
from google.protobuf.json_format import Parse, ParseError
from livekit import api
from livekit.api.room_service import RoomService
from livekit.protocol import models, room
from livekit.protocol.webhook import WebhookEvent

from examhall.application.ports.clock import Clock
from examhall.application.ports.meetings import (
    Booth,
    Capabilities,
    Media,
    MeetingEvent,
    MeetingEventKind,
    MeetingJoin,
    Present,
    ProviderName,
    Seat,
    WatchTerms,
    not_in_meeting,
    unavailable,
    webhook_refused,
)
from examhall.domain.errors import ExamhallError

ANSWER_WITHIN_S = 4.0
EMPTY_ROOM_STAYS_S = 300  # for a candidate whose page reloads
MOST_PEOPLE = 32  # one candidate and who looks in

_SOURCES: dict[Media, models.TrackSource] = {
    "camera": models.TrackSource.CAMERA,
    "microphone": models.TrackSource.MICROPHONE,
    "screen": models.TrackSource.SCREEN_SHARE,
}
_MEDIA: dict[models.TrackSource, Media] = {source: media for media, source in _SOURCES.items()}
_KINDS = {
    "participant_joined": MeetingEventKind.JOINED,
    "participant_left": MeetingEventKind.LEFT,
    "participant_connection_aborted": MeetingEventKind.LEFT,
    "track_published": MeetingEventKind.TRACK_PUBLISHED,
    "room_finished": MeetingEventKind.ENDED,
}
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class LiveKitAccess:
    """url: where pages connect to (ws or wss); server_url: where we reach the same server."""

    url: str
    server_url: str
    api_key: str
    api_secret: str = field(repr=False)
    token_lasts_s: float


class LiveKit:
    """Implements `application.ports.meetings.MeetingProvider`."""

    name: ProviderName = "livekit"
    capabilities = Capabilities(
        signalled=False, mute=True, remove=True, presence=True, webhooks=True, most_watchers=None
    )

    def __init__(self, access: LiveKitAccess, clock: Clock) -> None:
        self._access = access
        self._clock = clock
        self._client: api.LiveKitAPI | None = None
        self._verifier = api.TokenVerifier(access.api_key, access.api_secret)

    @property
    def page_origins(self) -> tuple[str, ...]:
        """The socket, and the same over http: the page asks there why a connection was refused."""
        url = urlsplit(self._access.url)
        secure = url.scheme in {"wss", "https"}
        return (
            f"{'wss' if secure else 'ws'}://{url.netloc}",
            f"{'https' if secure else 'http'}://{url.netloc}",
        )

    async def start(self) -> None:
        self._client = api.LiveKitAPI(
            self._access.server_url,
            self._access.api_key,
            self._access.api_secret,
            timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S),
        )

    async def stop(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def health(self) -> str | None:
        try:
            # A room that nobody has: answers whether it is there and knows our key, and costs it nothing.
            await self._ask(self._rooms.list_rooms(room.ListRoomsRequest(names=["examhall.health"])))
        except (api.TwirpError, ExamhallError) as error:
            return error.message
        return None

    async def watch_terms(self, watch_id: str) -> WatchTerms:  # noqa: ARG002 - LiveKit tells pages its own
        return WatchTerms((), relay_only=False)

    async def ensure(self, booth: Booth) -> None:
        await self._ask(
            self._rooms.create_room(
                room.CreateRoomRequest(
                    name=booth.key, empty_timeout=EMPTY_ROOM_STAYS_S, max_participants=MOST_PEOPLE
                )
            )
        )

    async def close(self, booth: Booth) -> None:
        await self._ask_of_present(self._rooms.delete_room(room.DeleteRoomRequest(room=booth.key)))

    async def issue(self, booth: Booth, seat: Seat) -> MeetingJoin:
        await self.ensure(booth)
        lasts = timedelta(seconds=self._access.token_lasts_s)
        token = (
            api.AccessToken(self._access.api_key, self._access.api_secret)
            .with_identity(seat.participant_id)
            .with_attributes({"role": seat.role})
            .with_ttl(lasts)
            .with_grants(_candidate(booth) if seat.role == "candidate" else _proctor(booth))
            .to_jwt()
        )
        expires_at = self._clock.wall_ms() + round(self._access.token_lasts_s * 1000)
        return MeetingJoin("livekit", seat.participant_id, self._access.url, token, expires_at)

    async def refresh(self, booth: Booth, seat: Seat) -> MeetingJoin:
        """A token is no more than a signature; the room may have vanished meanwhile, so it is made again."""
        return await self.issue(booth, seat)

    async def talk(self, booth: Booth, participant_id: str, *, talking: bool) -> None:
        # Who has been heard stays visible: hiding them again would leave a ghost in the candidate's list.
        permission = models.ParticipantPermission(
            can_subscribe=True,
            can_publish=talking,
            can_publish_sources=[models.TrackSource.MICROPHONE] if talking else [],
            hidden=False,
        )
        request = room.UpdateParticipantRequest(
            room=booth.key, identity=participant_id, permission=permission
        )
        if not await self._ask_of_present(self._rooms.update_participant(request)):
            raise not_in_meeting()

    async def mute(self, booth: Booth, participant_id: str, media: Media) -> None:
        people = await self._people(booth)
        tracks = [
            track.sid
            for one in people
            if one.identity == participant_id
            for track in one.tracks
            if track.source == _SOURCES[media]
        ]
        if not tracks:
            raise not_in_meeting()
        for sid in tracks:
            request = room.MuteRoomTrackRequest(
                room=booth.key, identity=participant_id, track_sid=sid, muted=True
            )
            if not await self._ask_of_present(self._rooms.mute_published_track(request)):
                raise not_in_meeting()

    async def remove(self, booth: Booth, participant_id: str) -> None:
        request = room.RoomParticipantIdentity(room=booth.key, identity=participant_id)
        await self._ask_of_present(self._rooms.remove_participant(request))

    async def present(self, booth: Booth) -> tuple[Present, ...]:
        return tuple(
            Present(one.identity, tuple(sorted(_MEDIA[t.source] for t in one.tracks if t.source in _MEDIA)))
            for one in sorted(await self._people(booth), key=lambda one: one.identity)
        )

    async def booths(self) -> tuple[Booth, ...]:
        answer = await self._ask(self._rooms.list_rooms(room.ListRoomsRequest()))
        found = (Booth.from_key(one.name) for one in answer.rooms)
        return tuple(booth for booth in found if booth is not None)

    async def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[MeetingEvent, ...]:
        event = self._checked(headers.get("authorization", "").removeprefix("Bearer "), body)
        kind, booth = _KINDS.get(event.event), Booth.from_key(event.room.name)
        if kind is None or booth is None:
            return ()
        return (
            MeetingEvent(
                kind=kind,
                key=event.id or hashlib.sha256(body).hexdigest(),
                booth=booth,
                participant_id=event.participant.identity or None,
                media=_MEDIA.get(event.track.source) if kind is MeetingEventKind.TRACK_PUBLISHED else None,
                at=event.created_at * 1000 or None,
            ),
        )

    def _checked(self, token: str, body: bytes) -> WebhookEvent:
        """The report, if a token of our key, not expired, names its hash. Join tokens name none."""
        try:
            named = self._verifier.verify(token).sha256 or ""
        except jwt.InvalidTokenError as error:
            raise webhook_refused("its signature is wrong or too old") from error
        really = base64.b64encode(hashlib.sha256(body).digest()).decode()
        if not hmac.compare_digest(named.encode(), really.encode()):
            raise webhook_refused("its signature is not of this body")
        try:
            return Parse(body, WebhookEvent(), ignore_unknown_fields=True)
        except (ParseError, UnicodeDecodeError) as error:
            raise webhook_refused("it cannot be read") from error

    # ---- asking ----------------------------------------------------------------------------------

    @property
    def _rooms(self) -> RoomService:
        if self._client is None:
            raise unavailable("the meeting provider is not started")
        return self._client.room

    async def _people(self, booth: Booth) -> list[models.ParticipantInfo]:
        answer = await self._ask_of_present(
            self._rooms.list_participants(room.ListParticipantsRequest(room=booth.key))
        )
        return list(answer.participants) if answer else []

    async def _ask_of_present(self, asking: Awaitable[_Answer]) -> _Answer | None:
        """None when the room or the participant is not there."""
        try:
            return await self._ask(asking)
        except api.TwirpError as error:
            if error.code == api.TwirpErrorCode.NOT_FOUND:
                return None
            raise unavailable(f"LiveKit answers {error.code}") from error

    async def _ask(self, asking: Awaitable[_Answer]) -> _Answer:
        try:
            return await asking
        except api.TwirpError as error:
            if error.code == api.TwirpErrorCode.NOT_FOUND:
                raise
            raise unavailable(_words(error)) from error
        except (TimeoutError, aiohttp.ClientError) as error:
            where = self._access.server_url
            raise unavailable(
                f"LiveKit does not answer at {where}; start it, or correct EXAMHALL_LIVEKIT_URL"
            ) from error


def _words(error: api.TwirpError) -> str:
    if error.status in {401, 403} or error.code == api.TwirpErrorCode.UNAUTHENTICATED:
        return (
            "LiveKit refuses our key; correct EXAMHALL_LIVEKIT_API_KEY and EXAMHALL_LIVEKIT_API_SECRET, "
            "and look whether both clocks are right"
        )
    return f"LiveKit answers {error.code}; see its log"


def _candidate(booth: Booth) -> api.VideoGrants:
    """Shows camera, microphone and screen, and hears who talks in this booth."""
    return api.VideoGrants(
        room_join=True,
        room=booth.key,
        can_publish=True,
        can_publish_sources=["camera", "microphone", "screen_share"],
        can_publish_data=False,
        can_subscribe=True,
        can_update_own_metadata=False,
    )


def _proctor(booth: Booth) -> api.VideoGrants:
    """Only looks, unseen; `talk` gives the microphone for as long as it is held."""
    return api.VideoGrants(
        room_join=True,
        room=booth.key,
        can_publish=False,
        can_publish_data=False,
        can_subscribe=True,
        can_update_own_metadata=False,
        hidden=True,
    )
