"""The live meeting: ways in for both pages, what proctors do in it, and what its provider reports."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from examhall.application.ports.meetings import MeetingJoin
from examhall.web.auth import Audited, Candidate, Staff, Use
from examhall.web.meeting_schemas import (
    JoinLiveView,
    JoinMeeting,
    MeetingParticipant,
    MeetingTicket,
    MeetingView,
    Mute,
    TakeOut,
    Talk,
)
from examhall.web.routers.frames import read_body
from examhall.web.routers.room import of_attempt

router = APIRouter(prefix="/api/v1", tags=["meeting"])

MAX_WEBHOOK_BYTES = 64 * 1024


@router.post("/attempts/{attempt_id}/meeting/join", dependencies=[Depends(of_attempt)])
async def join_meeting(body: JoinMeeting, candidate: Candidate, services: Use) -> MeetingTicket:
    """The candidate's way in, after consent. 503 `meeting_unavailable`: try again later, the exam goes on."""
    return _ticket(await services.meetings.join_candidate(candidate.attempt_id, refresh=body.refresh))


@router.post("/exams/{exam_id}/meeting/join")
async def join_live_view(exam_id: str, body: JoinLiveView, staff: Staff, services: Use) -> MeetingTicket:
    """The way into the booth of a live view that this proctor has opened on the monitor socket."""
    return _ticket(
        await services.meetings.join_watch(exam_id, staff.user_id, body.watch_id, refresh=body.refresh)
    )


@router.post("/exams/{exam_id}/meeting/talk", status_code=204)
async def talk(exam_id: str, body: Talk, staff: Staff, services: Use) -> None:
    """Begin or end to be heard by the candidate of an open live view; then publish the microphone."""
    await services.meetings.talk(exam_id, staff.user_id, body.watch_id, talking=body.talking)


@router.get("/attempts/{attempt_id}/meeting")
async def read_meeting(attempt_id: str, services: Use) -> MeetingView:
    """Whether there is live view, and who is in this attempt's part of the meeting."""
    state = services.meetings.state
    present = await services.meetings.present(attempt_id)
    participants = [
        MeetingParticipant(
            participant_id=one.participant_id,
            candidate=one.participant_id == attempt_id,
            publishes=None if one.publishes is None else list(one.publishes),
        )
        for one in present or ()
    ]
    return MeetingView(
        provider=state.provider,
        available=state.available,
        reason=state.reason,
        participants=None if present is None else participants,
    )


@router.post("/attempts/{attempt_id}/meeting/mute", status_code=204)
async def mute(attempt_id: str, body: Mute, staff: Staff, services: Use, note: Audited) -> None:
    """Switch one of the candidate's tracks off for everybody. The candidate reads the reason."""
    await services.meetings.mute(attempt_id, body.media, staff_id=staff.user_id, reason=body.reason)
    note.reason = body.reason


@router.post("/attempts/{attempt_id}/meeting/remove", status_code=204)
async def remove_from_meeting(
    attempt_id: str, staff: Staff, services: Use, note: Audited, body: TakeOut | None = None
) -> None:
    """Take the candidate out of the live meeting. The exam goes on. The candidate reads the reason."""
    reason = "" if body is None else body.reason
    await services.meetings.remove(attempt_id, staff_id=staff.user_id, reason=reason)
    note.reason = reason


@router.post("/meetings/webhooks/{provider}", status_code=204)
async def meeting_webhook(
    provider: Annotated[str, Path(max_length=32)], request: Request, services: Use
) -> None:
    """Reports of the meeting provider, with its signature over the whole body."""
    body = await read_body(request, MAX_WEBHOOK_BYTES, "body_too_large")
    await services.meetings.take_webhook(provider, dict(request.headers), body)


def _ticket(join: MeetingJoin) -> MeetingTicket:
    return MeetingTicket(
        provider=join.provider,
        participant_id=join.participant_id,
        url=join.url,
        token=join.token,
        expires_at=join.expires_at,
        ice_servers=list(join.ice_servers),
        relay_only=join.relay_only,
    )
