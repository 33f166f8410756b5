"""Incidents: a human's verdict, and the pictures and sound to judge by."""

from fastapi import APIRouter, Response

from examhall.application.views import Incident
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.web.auth import Audited, Staff, Use
from examhall.web.schemas import Decide

router = APIRouter(prefix="/api/v1", tags=["review"])

# A picture of a person belongs in no shared cache, and is never run as anything but what it is.
_PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
_KINDS = frozenset({"image/jpeg", "image/webp", "image/png", "audio/wav"})


@router.post("/incidents/{incident_id}/verdict")
async def decide(incident_id: str, body: Decide, staff: Staff, services: Use, note: Audited) -> Incident:
    """Confirm, dismiss, ask for a second look, or take a verdict back."""
    note.details["verdict"] = body.verdict
    return await services.review.decide(
        incident_id, verdict=body.verdict, note=body.note, staff_id=staff.user_id
    )


@router.get(
    "/evidence/{evidence_id}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}, "audio/wav": {}}, "description": "A picture or sound"}},
)
async def read_evidence(evidence_id: str, services: Use) -> Response:
    """One picture, or the sound around an incident of speech.

    410 `evidence_erased` when it is gone by its retention, or never was (a gap).
    """
    record = await services.attempt_store.evidence(evidence_id)
    if record.path is None:
        raise ExamhallError(
            ErrorKind.GONE, "evidence_erased", "There is nothing here (any more); its note says why."
        )
    content = await services.evidence.get(record.path, record.key_id)
    kind = record.media_type if record.media_type in _KINDS else "application/octet-stream"
    return Response(content, media_type=kind, headers=_PRIVATE)
