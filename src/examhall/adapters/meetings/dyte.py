"""Dyte's v2 REST interface, for organisations that are still there; RealtimeKit is what it became."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from examhall.adapters.meetings.hosted import Admitted, Gone, HostedMeeting, HostedParticipant
from examhall.application.ports.meetings import unavailable
from examhall.domain.errors import ExamhallError

ANSWER_WITHIN_S = 8.0
A_PAGE = 100
PAGE_DOMAIN = "dyte.io"
PAGE_ORIGINS = ("https://*.dyte.io", "wss://*.dyte.io", "https://*.dyte.in", "wss://*.dyte.in")

_Data = TypeVar("_Data", bound=BaseModel)
_Answer = TypeVar("_Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class DyteAccess:
    """`base_url`: of the v2 address, without a slash at the end."""

    org_id: str
    api_key: str = field(repr=False)
    base_url: str


class _Meeting(BaseModel):
    id: str
    title: str | None = None
    created_at: str = ""
    status: str = "ACTIVE"


class _Participant(BaseModel):
    id: str
    custom_participant_id: str | None = None
    client_specific_id: str | None = None  # its former name
    token: str = ""


class _Token(BaseModel):
    token: str


class _Session(BaseModel):
    id: str


class _Sitting(BaseModel):
    custom_participant_id: str | None = None
    left_at: str | None = None


class _Sittings(BaseModel):
    participants: list[_Sitting] = []


class _Preset(BaseModel):
    name: str


class _One(BaseModel, Generic[_Data]):
    data: _Data


class _Many(BaseModel, Generic[_Data]):
    data: list[_Data]


class DyteApi:
    """Implements `adapters.meetings.hosted.HostedApi`."""

    def __init__(self, access: DyteAccess) -> None:
        self._access = access
        self._http: httpx.AsyncClient | None = None

    async def start(self) -> None:
        self._http = httpx.AsyncClient(
            base_url=self._access.base_url,
            auth=(self._access.org_id, self._access.api_key),
            timeout=ANSWER_WITHIN_S,
        )

    async def stop(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def active_meetings(self, search: str) -> list[HostedMeeting]:
        found: list[HostedMeeting] = []
        for page in range(1, 1000):
            query = {"search": search, "page_no": str(page), "per_page": str(A_PAGE)}
            meetings = (await self._ask(_Meetings, "GET", "/meetings", query=query)).data
            found += [
                HostedMeeting(one.id, one.title or "", one.created_at)
                for one in meetings
                if one.status == "ACTIVE"
            ]
            if len(meetings) < A_PAGE:
                break
        return found

    async def create_meeting(self, title: str) -> str:
        body = {"title": title, "record_on_start": False}
        return (await self._ask(_MeetingMade, "POST", "/meetings", body)).data.id

    async def deactivate(self, meeting_id: str) -> None:
        await self._tell("PATCH", f"/meetings/{meeting_id}", {"status": "INACTIVE"})

    async def participants(self, meeting_id: str) -> list[HostedParticipant]:
        found: list[HostedParticipant] = []
        for page in range(1, 1000):
            query = {"page_no": str(page), "per_page": str(A_PAGE)}
            people = (
                await self._ask(_Participants, "GET", f"/meetings/{meeting_id}/participants", query=query)
            ).data
            found += [
                HostedParticipant(
                    meeting_id, one.id, one.custom_participant_id or one.client_specific_id or ""
                )
                for one in people
            ]
            if len(people) < A_PAGE:
                break
        return found

    async def add(self, meeting_id: str, custom_id: str, preset: str) -> Admitted:
        body = {"custom_participant_id": custom_id, "preset_name": preset}
        made = (await self._ask(_ParticipantMade, "POST", f"/meetings/{meeting_id}/participants", body)).data
        return Admitted(made.id, made.token)

    async def new_token(self, meeting_id: str, participant_id: str) -> str:
        path = f"/meetings/{meeting_id}/participants/{participant_id}/token"
        return (await self._ask(_TokenMade, "POST", path)).data.token

    async def delete(self, meeting_id: str, participant_id: str) -> None:
        await self._tell("DELETE", f"/meetings/{meeting_id}/participants/{participant_id}")

    async def kick(self, meeting_id: str, custom_id: str | None) -> None:
        path = f"/meetings/{meeting_id}/active-session/kick"
        if custom_id is None:
            await self._tell("POST", f"{path}-all")
        else:
            await self._tell("POST", path, {"custom_participant_ids": [custom_id], "participant_ids": []})

    async def there_now(self, meeting_id: str) -> list[str]:
        session = (await self._ask(_SessionFound, "GET", f"/meetings/{meeting_id}/active-session")).data
        query = {"per_page": str(A_PAGE)}
        people = (
            await self._ask(_SittingsFound, "GET", f"/sessions/{session.id}/participants", query=query)
        ).data
        return [
            one.custom_participant_id
            for one in people.participants
            if one.custom_participant_id and not one.left_at
        ]

    async def preset_names(self) -> list[str]:
        query = {"per_page": str(A_PAGE)}
        return [one.name for one in (await self._ask(_Presets, "GET", "/presets", query=query)).data]

    # ---- asking ----------------------------------------------------------------------------------

    async def _ask(
        self,
        shape: type[_Answer],
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> _Answer:
        answer = await self._tell(method, path, body, query)
        try:
            return shape.model_validate_json(answer.content)
        except ValidationError as error:
            raise unavailable("Dyte answers in a way that is not known here") from error

    async def _tell(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        if self._http is None:
            raise unavailable("the meeting provider is not started")
        try:
            answer = await self._http.request(method, path, json=body, params=query)
        except httpx.HTTPError as error:
            raise unavailable(f"Dyte does not answer at {self._access.base_url}") from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise Gone
        if not answer.is_success:
            raise _refusal(answer.status_code)
        return answer


def _refusal(status: int) -> ExamhallError:
    if status in {401, 403}:
        return unavailable("Dyte refuses us; correct EXAMHALL_DYTE_ORG_ID and EXAMHALL_DYTE_API_KEY")
    return unavailable(f"Dyte answers {status}")


_Meetings = _Many[_Meeting]
_MeetingMade = _One[_Meeting]
_Participants = _Many[_Participant]
_ParticipantMade = _One[_Participant]
_TokenMade = _One[_Token]
_SessionFound = _One[_Session]
_SittingsFound = _One[_Sittings]
_Presets = _Many[_Preset]
