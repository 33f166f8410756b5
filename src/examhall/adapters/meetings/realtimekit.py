"""Cloudflare RealtimeKit, by its official Python client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from cloudflare import (
    APIConnectionError,
    APIStatusError,
    AsyncCloudflare,
    AuthenticationError,
    CloudflareError,
    NotFoundError,
    PermissionDeniedError,
)
from cloudflare.resources.realtime_kit import AsyncRealtimeKitResource

from examhall.adapters.meetings.hosted import Admitted, Gone, HostedMeeting, HostedParticipant
from examhall.application.ports.meetings import unavailable

ANSWER_WITHIN_S = 8.0
A_PAGE = 100
PAGE_ORIGINS = ("https://*.realtime.cloudflare.com", "wss://*.realtime.cloudflare.com")
_Data = TypeVar("_Data")


@dataclass(frozen=True, slots=True)
class RealtimeKitAccess:
    """`base_url`: of Cloudflare's API, or of something that speaks it."""

    account_id: str
    app_id: str
    api_token: str = field(repr=False)
    base_url: str


class RealtimeKitApi:
    """Implements `adapters.meetings.hosted.HostedApi`."""

    def __init__(self, access: RealtimeKitAccess) -> None:
        self._access = access
        self._client: AsyncCloudflare | None = None

    async def start(self) -> None:
        self._client = AsyncCloudflare(
            api_token=self._access.api_token,
            base_url=self._access.base_url,
            timeout=ANSWER_WITHIN_S,
            max_retries=1,
        )

    async def stop(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def active_meetings(self, search: str) -> list[HostedMeeting]:
        found: list[HostedMeeting] = []
        async with self._asking() as kit:
            for page in range(1, 1000):
                answer = await kit.meetings.get(
                    account_id=self._access.account_id,
                    app_id=self._access.app_id,
                    search=search,
                    status="ACTIVE",
                    page_no=page,
                    per_page=A_PAGE,
                )
                found += [
                    HostedMeeting(one.id, one.title or "", one.created_at.isoformat())
                    for one in answer.data
                    if one.status in {None, "ACTIVE"}
                ]
                if len(answer.data) < A_PAGE:
                    break
        return found

    async def create_meeting(self, title: str) -> str:
        async with self._asking() as kit:
            answer = await kit.meetings.create(
                account_id=self._access.account_id,
                app_id=self._access.app_id,
                title=title,
                record_on_start=False,
                live_stream_on_start=False,
                persist_chat=False,
            )
        return _data(answer.data).id

    async def deactivate(self, meeting_id: str) -> None:
        async with self._asking() as kit:
            await kit.meetings.update_meeting_by_id(
                meeting_id,
                account_id=self._access.account_id,
                app_id=self._access.app_id,
                status="INACTIVE",
            )

    async def participants(self, meeting_id: str) -> list[HostedParticipant]:
        found: list[HostedParticipant] = []
        async with self._asking() as kit:
            for page in range(1, 1000):
                answer = await kit.meetings.get_meeting_participants(
                    meeting_id,
                    account_id=self._access.account_id,
                    app_id=self._access.app_id,
                    page_no=page,
                    per_page=A_PAGE,
                )
                found += [
                    HostedParticipant(meeting_id, one.id, one.custom_participant_id) for one in answer.data
                ]
                if len(answer.data) < A_PAGE:
                    break
        return found

    async def add(self, meeting_id: str, custom_id: str, preset: str) -> Admitted:
        async with self._asking() as kit:
            answer = await kit.meetings.add_participant(
                meeting_id,
                account_id=self._access.account_id,
                app_id=self._access.app_id,
                custom_participant_id=custom_id,
                preset_name=preset,
            )
        made = _data(answer.data)
        return Admitted(made.id, made.token)

    async def new_token(self, meeting_id: str, participant_id: str) -> str:
        async with self._asking() as kit:
            answer = await kit.meetings.refresh_participant_token(
                participant_id,
                account_id=self._access.account_id,
                app_id=self._access.app_id,
                meeting_id=meeting_id,
            )
        return answer.data.token

    async def delete(self, meeting_id: str, participant_id: str) -> None:
        async with self._asking() as kit:
            await kit.meetings.delete_meeting_participant(
                participant_id,
                account_id=self._access.account_id,
                app_id=self._access.app_id,
                meeting_id=meeting_id,
            )

    async def kick(self, meeting_id: str, custom_id: str | None) -> None:
        async with self._asking() as kit:
            if custom_id is None:
                await kit.active_session.kick_all_participants(
                    meeting_id, account_id=self._access.account_id, app_id=self._access.app_id
                )
            else:
                await kit.active_session.kick_participants(
                    meeting_id,
                    account_id=self._access.account_id,
                    app_id=self._access.app_id,
                    custom_participant_ids=[custom_id],
                    participant_ids=[],
                )

    async def there_now(self, meeting_id: str) -> list[str]:
        async with self._asking() as kit:
            session = await kit.active_session.get_active_session(
                meeting_id, account_id=self._access.account_id, app_id=self._access.app_id
            )
            if session.data is None:
                return []
            answer = await kit.sessions.get_session_participants(
                session.data.id,
                account_id=self._access.account_id,
                app_id=self._access.app_id,
                per_page=A_PAGE,
            )
        people = (answer.data.participants if answer.data else None) or []
        return [one.custom_participant_id for one in people if one.custom_participant_id and not one.left_at]

    async def preset_names(self) -> list[str]:
        async with self._asking() as kit:
            answer = await kit.presets.get(
                account_id=self._access.account_id, app_id=self._access.app_id, per_page=A_PAGE
            )
        return [one.name for one in answer.data if one.name]

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[AsyncRealtimeKitResource]:
        if self._client is None:
            raise unavailable("the meeting provider is not started")
        try:
            yield self._client.realtime_kit
        except NotFoundError as error:
            raise Gone from error
        except (AuthenticationError, PermissionDeniedError) as error:
            raise unavailable(
                "RealtimeKit refuses our token; correct EXAMHALL_REALTIMEKIT_API_TOKEN (it needs the right "
                "Realtime: Edit), EXAMHALL_REALTIMEKIT_ACCOUNT_ID and EXAMHALL_REALTIMEKIT_APP_ID"
            ) from error
        except APIConnectionError as error:
            raise unavailable(f"RealtimeKit does not answer at {self._access.base_url}") from error
        except APIStatusError as error:
            raise unavailable(f"RealtimeKit answers {error.status_code}") from error
        except CloudflareError as error:
            raise unavailable("RealtimeKit answers in a way that its client does not understand") from error


def _data(data: _Data | None) -> _Data:
    if data is None:
        raise unavailable("RealtimeKit answers without what was asked for")
    return data
