"""The tutorial's endpoint: a picture as a data URL in, whether there is more than one face out.

Its own lane behind the exams' frames, a bucket for each address, nothing stored. CORS on this path alone.
"""

import asyncio
import base64
import binascii
import secrets
from typing import cast
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import JSONResponse, Response

from examhall.application.ports.live_metrics import DETECT_FACES
from examhall.application.ports.vision import DETECT_FACES_LANE, DropReason, FrameDropped, FrameJob
from examhall.application.services import Services
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.observation import FaceBox, Scan
from examhall.domain.policy import ScanPlan
from examhall.web.auth import Config, Use, bearer
from examhall.web.buckets import Buckets
from examhall.web.callers import caller_address, is_this_machine
from examhall.web.config import WebConfig
from examhall.web.origin import origin_is_ours
from examhall.web.problems import error_answer
from examhall.web.routers.frames import read_body
from examhall.web.tutorial_schemas import DetectedFaces, DetectFaces, MeetingPage

router = APIRouter(tags=["tutorial"])
log = structlog.stdlib.get_logger(__name__)

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_ID_CHARS = 128
_METHODS = "POST, OPTIONS"
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": DetectFaces.model_json_schema()}},
    }
}


@router.post("/detect_faces", response_model=DetectedFaces, openapi_extra=_BODY)
@router.post("/detect_faces/", response_model=DetectedFaces, include_in_schema=False)
async def detect_faces(request: Request, services: Use, config: Config) -> Response:
    """Counts faces; `base64_img` is a data URL (or bare base64) of a JPEG, PNG or WebP picture."""
    try:
        _require_open(request, config)
        _buckets(request).take(caller_address(request), services.clock.monotonic_s())
        answer = await _answer(request, services)
    except ExamhallError as error:
        services.metrics.count(DETECT_FACES, outcome=error.code)
        refused = error_answer(error)
        refused.headers.update(_cors(request, config))
        return refused
    services.metrics.count(DETECT_FACES, outcome="answered")
    return JSONResponse(answer.model_dump(), headers=_cors(request, config))


@router.get("/api/v1/meeting-page")
async def meeting_page(config: Config) -> MeetingPage:
    """What the tutorial's page has to know."""
    return MeetingPage(detect_every_s=config.detect_faces_every_s)


@router.options("/detect_faces", include_in_schema=False)
@router.options("/detect_faces/", include_in_schema=False)
async def detect_faces_preflight(request: Request, config: Config) -> Response:
    """The browser's question before a page of another address may call."""
    headers = _cors(request, config)
    if "Access-Control-Allow-Origin" in headers:
        headers |= {
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": "content-type, authorization",
            "Access-Control-Max-Age": "600",
        }
    return Response(status_code=204, headers=headers)


async def _answer(request: Request, services: Services) -> DetectedFaces:
    body = await read_body(request, MAX_BODY_BYTES, "body_too_large")
    # A body of megabytes takes a while to parse; the event loop has others to serve.
    asked, picture = await asyncio.to_thread(_read, body)
    faces = await _faces(services, picture)
    several = len(faces) > 1
    if several:
        log.warning(
            "multiple_faces_detected", participant=_for_the_log(asked.participant_id), faces=len(faces)
        )
    return DetectedFaces(id=asked.participant_id, multiple_detected=several, faces=len(faces))


def _read(body: bytes) -> tuple[DetectFaces, bytes]:
    if not body:
        raise _invalid("body_empty", 'The body is empty; send {"base64_img": ..., "participant_id": ...}.')
    try:
        asked = DetectFaces.model_validate_json(body)
        asked.participant_id.encode()
    except (ValidationError, ValueError) as error:
        raise _invalid(
            "invalid_request", 'The body must be JSON with the texts "base64_img" and "participant_id".'
        ) from error
    head, comma, data = asked.base64_img.partition(",")
    if comma and not (head.startswith("data:") and head.endswith(";base64")):
        raise _invalid("base64_invalid", "base64_img must be a data URL like data:image/png;base64,....")
    try:
        picture = base64.b64decode((data if comma else head).strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _invalid(
            "base64_invalid", "base64_img is not valid base64; encode the picture again."
        ) from error
    if not picture:
        raise _invalid("not_a_picture", "base64_img holds no picture.")
    return asked, picture


async def _faces(services: Services, picture: bytes) -> tuple[FaceBox, ...]:
    job = FrameJob(DETECT_FACES_LANE, picture, Scan.FINE, ScanPlan(), thumbnail=False)
    try:
        analysis = await services.vision.analyze(job)
    except FrameDropped as drop:
        if drop.reason in {DropReason.WORKER_CRASHED, DropReason.WORKER_HUNG}:
            raise _invalid(
                "picture_unreadable", "The picture could not be looked at; send another one."
            ) from drop
        raise ExamhallError(
            ErrorKind.UNAVAILABLE,
            "busy",
            "Exams come first and the line is full; try again shortly.",
            retry_after_s=60 if drop.reason is DropReason.LANE_PAUSED else 1,
        ) from drop
    return analysis.faces.faces if analysis.faces is not None else ()


def _require_open(request: Request, config: WebConfig) -> None:
    """On this machine by itself; for others only when switched on, with the token if there is one."""
    if config.detect_faces == "off":
        raise ExamhallError(ErrorKind.NOT_FOUND, "detect_faces_off", "This endpoint is switched off here.")
    origin = request.headers.get("origin")
    if origin is not None and not _origin_allowed(request, config, origin):
        raise ExamhallError(
            ErrorKind.FORBIDDEN,
            "origin_refused",
            "Pages of this address may not call this; see EXAMHALL_DETECT_FACES_ORIGINS.",
        )
    if is_this_machine(request):
        return
    token = config.detect_faces_token
    if token is not None:
        if not secrets.compare_digest((bearer(request) or "").encode(), token.encode()):
            raise ExamhallError(
                ErrorKind.UNAUTHENTICATED, "token_wrong", "Send the token of EXAMHALL_DETECT_FACES_TOKEN."
            )
    elif config.detect_faces != "on":
        raise ExamhallError(
            ErrorKind.FORBIDDEN, "only_this_machine", "This endpoint answers programs on this machine only."
        )


def _cors(request: Request, config: WebConfig) -> dict[str, str]:
    """Exact origins, no credentials."""
    origin = request.headers.get("origin")
    if origin is None or not _origin_allowed(request, config, origin):
        return {"Vary": "Origin"}
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def _origin_allowed(request: Request, config: WebConfig, origin: str) -> bool:
    if origin in config.detect_faces_origins or origin_is_ours(request, config):
        return True
    return config.demo and urlsplit(origin).hostname in {"localhost", "127.0.0.1"}


def _for_the_log(participant_id: str) -> str:
    """Escaped, so that an id cannot write lines of its own; at most 128 characters."""
    return participant_id.encode("unicode_escape").decode("ascii")[:MAX_ID_CHARS]


def _buckets(request: Request) -> Buckets:
    state = request.app.state
    if not hasattr(state, "detect_faces_buckets"):
        state.detect_faces_buckets = Buckets(burst=100, per_s=20)
    return cast(Buckets, state.detect_faces_buckets)


def _invalid(code: str, message: str) -> ExamhallError:
    return ExamhallError(ErrorKind.INVALID, code, message)
