"""What staff see of the attempts of an exam, and what proctors do in them."""

from fastapi import APIRouter

from examhall.application.views import AttemptCard, ChatMessage, WarningNote
from examhall.web.auth import Audited, Staff, Use
from examhall.web.schemas import (
    AttemptDetail,
    CreditEntry,
    EndAttempt,
    GivenToAll,
    GiveTime,
    Reason,
    Say,
    SentToAll,
    TimelineEntry,
    Warn,
)
from examhall.web.wire import Snapshot

router = APIRouter(prefix="/api/v1", tags=["proctoring"])


@router.get("/exams/{exam_id}/wall")
async def read_wall(exam_id: str, services: Use) -> Snapshot:
    """The monitor's snapshot, as its socket sends it."""
    seen = await services.monitor.snapshot(exam_id)
    return Snapshot(
        update_id=seen.update_id,
        exam=seen.exam,
        attempts=seen.attempts,
        incidents=seen.incidents,
        chat=seen.chat,
        server_now=seen.server_now,
    )


@router.post("/exams/{exam_id}/message")
async def message_all(exam_id: str, body: Say, staff: Staff, services: Use) -> SentToAll:
    """A message to every candidate who is not done."""
    recipients = await services.conversation.message_all(
        exam_id, text=body.text, staff_id=staff.user_id, client_id=body.client_id
    )
    return SentToAll(recipients=recipients)


@router.get("/attempts/{attempt_id}")
async def read_attempt(attempt_id: str, services: Use) -> AttemptDetail:
    """Everything about one attempt, its story in words, and whether its log is whole."""
    story = await services.review.story(attempt_id)
    return AttemptDetail(
        exam_id=story.exam_id,
        exam_title=story.exam_title,
        card=story.card,
        candidate_email=story.candidate_email,
        incidents=list(story.incidents),
        chat=list(story.chat),
        warnings=list(story.warnings),
        credits=[
            CreditEntry(seconds=c.seconds, reason=c.reason, note=c.note, given_by=c.given_by, at=c.at)
            for c in story.credits
        ],
        timeline=[TimelineEntry(seq=t.seq, type=t.type, at=t.at, words=t.words) for t in story.timeline],
        chain=story.chain,
    )


@router.post("/attempts/{attempt_id}/admit")
async def admit(attempt_id: str, staff: Staff, services: Use) -> AttemptCard:
    """Let a waiting candidate in."""
    await services.attempts.admit(attempt_id, staff_id=staff.user_id)
    return await services.monitor.card(attempt_id)


@router.post("/attempts/{attempt_id}/warn")
async def warn(attempt_id: str, body: Warn, staff: Staff, services: Use) -> WarningNote:
    """Warn the candidate; an incident that it names is handled thereby."""
    given = await services.conversation.warn(
        attempt_id, text=body.text, staff_id=staff.user_id, incident_id=body.incident_id
    )
    return WarningNote(given.id, given.text, given.at, given.acknowledged_at)


@router.post("/attempts/{attempt_id}/message")
async def message(attempt_id: str, body: Say, staff: Staff, services: Use) -> ChatMessage:
    """Write to the candidate. The same `client_id` again answers the message that was taken then."""
    said = await services.conversation.message(
        attempt_id, text=body.text, staff_id=staff.user_id, client_id=body.client_id
    )
    return ChatMessage(said.id, attempt_id, "staff", staff.name, said.text, said.at)


@router.post("/attempts/{attempt_id}/pause")
async def pause(attempt_id: str, body: Reason, staff: Staff, services: Use, note: Audited) -> AttemptCard:
    """The candidate's clock stands still."""
    await services.attempts.pause(attempt_id, by=staff.user_id, reason=body.reason)
    note.reason = body.reason
    return await services.monitor.card(attempt_id)


@router.post("/attempts/{attempt_id}/resume")
async def resume(attempt_id: str, body: Reason, staff: Staff, services: Use, note: Audited) -> AttemptCard:
    """The candidate's clock goes on; the pause is given back in full."""
    await services.attempts.resume(attempt_id, staff_id=staff.user_id, reason=body.reason)
    note.reason = body.reason
    return await services.monitor.card(attempt_id)


@router.post("/attempts/{attempt_id}/end")
async def end(attempt_id: str, body: EndAttempt, staff: Staff, services: Use, note: Audited) -> AttemptCard:
    """End the attempt. The candidate reads the reason."""
    await services.attempts.end(attempt_id, staff_id=staff.user_id, reason=body.reason)
    note.reason = body.reason
    return await services.monitor.card(attempt_id)


@router.post("/attempts/{attempt_id}/credit")
async def credit(attempt_id: str, body: GiveTime, staff: Staff, services: Use, note: Audited) -> AttemptCard:
    """Give time, or take back what a proctor gave. The candidate reads the reason."""
    await services.attempts.give_time(
        attempt_id,
        seconds=body.seconds,
        reason=body.reason,
        staff_id=staff.user_id,
        request_id=body.request_id,
    )
    note.reason = body.reason
    note.details["seconds"] = round(body.seconds)
    return await services.monitor.card(attempt_id)


@router.post("/exams/{exam_id}/credit")
async def credit_all(exam_id: str, body: GiveTime, staff: Staff, services: Use, note: Audited) -> GivenToAll:
    """Give time to everybody who is in the exam now, as after a fire alarm."""
    told = await services.attempts.give_time_to_all(
        exam_id,
        seconds=body.seconds,
        reason=body.reason,
        staff_id=staff.user_id,
        request_id=body.request_id,
    )
    note.reason = body.reason
    note.details["seconds"] = round(body.seconds)
    return GivenToAll(given=told.given, refused=told.refused)
