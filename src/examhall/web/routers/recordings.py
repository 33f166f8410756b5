"""The recording: the candidate's page sends segments, members of the exam seek in them."""

import asyncio
import re
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from examhall.application.ports.recording_store import SegmentRecord
from examhall.application.recordings import SegmentNumber, SegmentSaid
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.recording import FILM_MS, SEGMENT_BYTES, SOUND_MS, SegmentKind
from examhall.web.auth import Candidate, Use
from examhall.web.plain import LAST_MS
from examhall.web.problems import problem
from examhall.web.recording_schemas import (
    ReceivedSegments,
    RecordingGap,
    RecordingReceived,
    RecordingTimeIndex,
    Segment,
    SegmentTaken,
)
from examhall.web.routers.frames import read_body

router = APIRouter(prefix="/api/v1", tags=["recording"])

_BODY_LIMIT_S = 120.0  # 8 MiB within it is 70 kB/s; a slower page records less
_MEDIA = {
    SegmentKind.CAMERA: "video/webm",
    SegmentKind.SCREEN: "video/webm",
    SegmentKind.AUDIO: "audio/wav",
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            m: {"schema": {"type": "string", "format": "binary"}} for m in ("video/webm", "audio/wav")
        },
    }
}
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
# A film of a person belongs in no shared cache, and is never run as anything but what it is.
_PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
    "Accept-Ranges": "bytes",
}


@router.put(
    "/attempts/{attempt_id}/recordings/{instance_id}/{kind}/{seq}",
    status_code=201,
    openapi_extra=_BODY,
    responses={200: {"model": SegmentTaken, "description": "It was kept before; nothing was changed"}},
)
async def put_segment(
    request: Request,
    response: Response,
    candidate: Candidate,
    services: Use,
    instance_id: Annotated[str, Path(min_length=1, max_length=64)],
    kind: SegmentKind,
    seq: Annotated[int, Path(ge=0, lt=2**32)],
    x_captured_at: Annotated[int, Header(ge=0, le=LAST_MS)],
    x_duration_ms: Annotated[int, Header(ge=0, le=SOUND_MS)],
    x_sha256: Annotated[str, Header(pattern="^[0-9a-f]{64}$")],
) -> SegmentTaken:
    """One standalone piece of the recording: webm, or WAV (PCM16, 16 kHz, mono) for late sound; at most 8 MiB.

    `X-Captured-At` is when it begins. It is kept when the answer is there; sent again it is taken once.
    """
    if kind is not SegmentKind.AUDIO and x_duration_ms > FILM_MS:
        raise ExamhallError(
            ErrorKind.INVALID, "segment_invalid", f"A segment of film lasts at most {FILM_MS} ms."
        )
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _MEDIA[kind]:
        raise ExamhallError(
            ErrorKind.UNSUPPORTED, "segment_format_unknown", f"Send {kind.value} as {_MEDIA[kind]}."
        )
    number = SegmentNumber(candidate.attempt_id, instance_id, kind, seq)
    said = SegmentSaid(x_captured_at, x_duration_ms, x_sha256)
    try:
        async with services.recordings.entered(number, _declared(request)):
            first = await services.recordings.take(number, said, await _segment_body(request))
    except ExamhallError:
        # A browser whose upload is cut off sees no answer at all: let it finish, and it knows what to do.
        await _let_pass(request)
        raise
    if not first:
        response.status_code = 200
    return SegmentTaken()


@router.get("/attempts/{attempt_id}/recordings/received")
async def received_segments(candidate: Candidate, services: Use) -> RecordingReceived:
    """What the candidate's page need not send any more."""
    return RecordingReceived(
        received=[
            ReceivedSegments(instance_id=one.instance_id, kind=one.kind, seqs=list(one.seqs))
            for one in await services.recordings.received(candidate.attempt_id)
        ]
    )


@router.get("/attempts/{attempt_id}/recordings")
async def recording_index(attempt_id: str, services: Use) -> RecordingTimeIndex:
    """The pieces of an attempt's recording by time, and the stretches without one with the reason."""
    index = await services.recording_index.of_attempt(attempt_id)
    return RecordingTimeIndex(
        recording=index.wanted,
        from_at=index.span.from_ms if index.span else None,
        to_at=index.span.to_ms if index.span else None,
        segments=[_segment(one) for one in index.segments],
        gaps=[
            RecordingGap(kind=g.kind, from_at=g.span.from_ms, to_at=g.span.to_ms, label=g.label)
            for g in index.gaps
        ],
    )


@router.get(
    "/recordings/{segment_id}",
    response_class=Response,
    responses={
        200: {"content": {"video/webm": {}, "audio/wav": {}}, "description": "The whole piece"},
        206: {"content": {"video/webm": {}, "audio/wav": {}}, "description": "The range that was asked for"},
    },
)
async def read_segment(
    segment_id: str, services: Use, range_: Annotated[str | None, Header(alias="Range")] = None
) -> Response:
    """One piece of the recording, whole or a range of its bytes. 410 `segment_erased` when its time is over."""
    record, content = await services.recordings.content(segment_id)
    media = record.media_type if record.media_type in _MEDIA.values() else "application/octet-stream"
    asked = None if range_ is None else _range(range_, len(content))
    if asked is None:
        return Response(content, media_type=media, headers=_PRIVATE)
    begin, end = asked
    if begin >= end:
        answer = problem(
            416, "range_not_there", f"The piece has {len(content)} bytes; ask for some of those."
        )
        answer.headers["Content-Range"] = f"bytes */{len(content)}"
        return answer
    headers = _PRIVATE | {"Content-Range": f"bytes {begin}-{end - 1}/{len(content)}"}
    return Response(content[begin:end], 206, media_type=media, headers=headers)


def _range(header: str, size: int) -> tuple[int, int] | None:
    """Begin and end (not part of it) of the one range; None when there is no single range: the whole is sent."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    end = min(size, int(last) + 1) if last else size
    return int(first), end


def _declared(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else SEGMENT_BYTES


async def _segment_body(request: Request) -> bytes:
    try:
        async with asyncio.timeout(_BODY_LIMIT_S):
            return await read_body(request, SEGMENT_BYTES, "segment_too_large")
    except TimeoutError as error:
        raise ExamhallError(ErrorKind.INVALID, "body_incomplete", "The body came too slowly.") from error


async def _let_pass(request: Request) -> None:
    """Read what is left of the body and forget it; a limit on its size is the middleware's."""
    with suppress(TimeoutError, ClientDisconnect, RuntimeError, HTTPException):
        async with asyncio.timeout(_BODY_LIMIT_S):
            async for _ in request.stream():
                pass


def _segment(record: SegmentRecord) -> Segment:
    return Segment(
        id=record.id,
        kind=record.kind,
        captured_at=record.captured_at,
        duration_ms=record.duration_ms,
        media_type=record.media_type,
        size=record.size,
        late=record.late,
        url=None if record.path is None else f"/api/v1/recordings/{record.id}",
    )
