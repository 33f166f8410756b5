"""Bodies of the live meeting's part of the HTTP API. Times are integers, ms since the epoch (UTC)."""

from typing import Annotated

from pydantic import Field

from examhall.application.ports.meetings import Media, ProviderName
from examhall.application.views import IceServer
from examhall.web.plain import Flag, Ms
from examhall.web.schemas import Answer, Body


class JoinMeeting(Body):  # POST /attempts/{id}/meeting/join
    refresh: Flag = False  # new credentials for who has joined already


class JoinLiveView(Body):  # POST /exams/{id}/meeting/join
    watch_id: Annotated[str, Field(min_length=1, max_length=64)]  # of `watch_started` on the monitor socket
    refresh: Flag = False


class MeetingTicket(Answer):
    """A page's way into the live meeting; of use to this page alone, and only until `expires_at`."""

    provider: ProviderName
    participant_id: str
    url: str | None
    token: str | None
    expires_at: Ms | None  # ask again with `refresh` before
    ice_servers: list[IceServer]
    relay_only: bool


class Talk(Body):  # POST /exams/{id}/meeting/talk
    watch_id: Annotated[str, Field(min_length=1, max_length=64)]
    talking: Flag


class Mute(Body):  # POST /attempts/{id}/meeting/mute
    media: Media
    reason: Annotated[str, Field(max_length=500)] = ""  # the candidate reads it


class TakeOut(Body):  # POST /attempts/{id}/meeting/remove
    reason: Annotated[str, Field(max_length=500)] = ""  # the candidate reads it


class MeetingParticipant(Answer):
    participant_id: str
    candidate: bool
    publishes: list[Media] | None  # None: the provider does not tell


class MeetingView(Answer):  # GET /attempts/{id}/meeting
    provider: ProviderName
    available: bool
    reason: str | None  # why not
    participants: list[MeetingParticipant] | None  # None: the provider does not tell
