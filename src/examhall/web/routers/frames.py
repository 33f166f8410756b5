"""The socket's frames and events over HTTP, where sockets are blocked."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import ValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from examhall.application.ports.live_metrics import FRAMES_REFUSED
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.frame_header import unpack_frame
from examhall.web.auth import Candidate, Use
from examhall.web.schemas import EventBatch, EventsTaken, FrameTaken
from examhall.web.sockets.candidate import event_in
from examhall.web.wire import PageEvent

router = APIRouter(prefix="/api/v1/attempts/{attempt_id}", tags=["candidate"])

MAX_FRAME_BYTES = 1024 * 1024 + 64

_FRAME_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/frames", status_code=202, openapi_extra=_FRAME_BODY)
async def post_frame(
    request: Request,
    candidate: Candidate,
    services: Use,
    response: Response,
    examhall_instance: Annotated[str | None, Header(min_length=1, max_length=64)] = None,
) -> FrameTaken:
    """One frame behind the same header as on the socket. 202: taken, looked at later.

    `Examhall-Instance` names the page load; with it the page counts as connected. The answer's
    `Examhall-Sampling-Interval` says in how many seconds the next one is wanted.
    """
    body = await read_body(request, MAX_FRAME_BYTES, "frame_too_large")
    if examhall_instance is not None:
        await services.live.show_up(candidate.attempt_id, examhall_instance)
    try:
        frame = unpack_frame(body)
    except ExamhallError as error:
        services.metrics.count(FRAMES_REFUSED, code=error.code)
        raise
    await services.live.take_frame(candidate.attempt_id, frame)
    interval_s = services.live.sampling_interval_s(candidate.attempt_id)
    response.headers["Examhall-Sampling-Interval"] = f"{interval_s:g}"
    check = services.live.check_in_view(candidate.attempt_id)
    return FrameTaken(sampling_interval_s=interval_s, check_in=check)


@router.post("/events")
async def post_events(batch: EventBatch, candidate: Candidate, services: Use) -> EventsTaken:
    """Events with the page's own sequence numbers; each is taken once, however often it is sent."""
    try:
        events = [event_in(PageEvent.model_validate(event), batch.instance_id) for event in batch.events]
    except ValidationError as error:
        raise ExamhallError(
            ErrorKind.INVALID, "event_invalid", "An event does not fit the schema of wire.PageEvent."
        ) from error
    await services.live.show_up(candidate.attempt_id, batch.instance_id)
    taken = await services.live.take_events(candidate.attempt_id, events) if events else {}
    seq = taken.get(batch.instance_id)
    if seq is None:
        seq = await services.live.acknowledged_seq(candidate.attempt_id, batch.instance_id)
    return EventsTaken(acknowledged_seq=seq)


async def read_body(request: Request, limit: int, code: str) -> bytes:
    """The body, refused as soon as it is longer than `limit` bytes, whatever its header says."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise ExamhallError(ErrorKind.TOO_LARGE, code, f"The body may have at most {limit} bytes.")
    except ClientDisconnect as error:
        raise ExamhallError(ErrorKind.INVALID, "body_incomplete", "The body broke off.") from error
    return bytes(body)
