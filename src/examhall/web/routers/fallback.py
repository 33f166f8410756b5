"""What a candidate says and is told where sockets are blocked: the socket's messages, one request each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path

from examhall.application import cards
from examhall.application.ports.live import BandwidthSaid
from examhall.application.views import ChatMessage
from examhall.domain.attempt import OVER
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.web import wire
from examhall.web.auth import Candidate, Use
from examhall.web.fallback_schemas import CandidateSays, Hand, SlowLine
from examhall.web.routers.room import of_attempt
from examhall.web.welcome import welcome

router = APIRouter(
    prefix="/api/v1/attempts/{attempt_id}", tags=["candidate"], dependencies=[Depends(of_attempt)]
)

Instance = Annotated[str, Header(alias="Examhall-Instance", min_length=1, max_length=64)]


@router.get("/updates")
async def read_updates(candidate: Candidate, services: Use, examhall_instance: Instance) -> wire.Welcome:
    """The whole truth for the page, as the socket's welcome.

    `Examhall-Instance` names the page load, which counts as connected by asking; 409 `second_device` when another
    one holds the attempt.
    """
    view = await services.monitor.candidate_view(candidate.attempt_id)
    if view.attempt.state not in OVER:
        await services.live.show_up(candidate.attempt_id, examhall_instance)
    return await welcome(services, view, examhall_instance)


@router.post("/chat")
async def candidate_says(body: CandidateSays, candidate: Candidate, services: Use) -> ChatMessage:
    """Write to the proctor. The same `client_id` again answers the message that was taken then."""
    said = await services.conversation.candidate_says(
        candidate.attempt_id, text=body.text, client_id=body.client_id
    )
    if said is not None:
        return cards.chat(said, None)
    for taken in await services.attempt_store.chat_of_attempt(candidate.attempt_id):
        if taken.client_id == body.client_id and taken.sender == cards.CANDIDATE:
            return cards.chat(taken, None)
    raise ExamhallError(
        ErrorKind.CONFLICT, "chat_id_taken", "Another message has this client_id; send it with a new one."
    )


@router.post("/hand", status_code=204)
async def raise_hand(body: Hand, candidate: Candidate, services: Use) -> None:
    """Raise the hand, or lower it."""
    await services.conversation.raise_hand(candidate.attempt_id, raised=body.raised)


@router.post("/warnings/{warning_id}/acknowledge", status_code=204)
async def acknowledge_warning(
    warning_id: Annotated[str, Path(max_length=64)], candidate: Candidate, services: Use
) -> None:
    """The warning was read. Twice is once."""
    await services.conversation.acknowledge_warning(candidate.attempt_id, warning_id)


@router.post("/bandwidth", status_code=204)
async def report_bandwidth(body: SlowLine, candidate: Candidate, services: Use) -> None:
    """What the page leaves out now because its line is slow; as the socket's `bandwidth`."""
    said = BandwidthSaid(body.rung, body.recording, body.waiting.recordings, body.waiting.events)
    await services.live.bandwidth(candidate.attempt_id, said)
