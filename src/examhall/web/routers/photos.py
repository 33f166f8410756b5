"""Reference photos of the roster. They come in and are deleted here; no address gives one out."""

from typing import Literal, cast

from fastapi import APIRouter, Request

from examhall.application.photos import MAX_BYTES
from examhall.application.ports.photos import PhotoRecord
from examhall.web.auth import Use
from examhall.web.routers.frames import read_body
from examhall.web.schemas import RosterPhoto

router = APIRouter(prefix="/api/v1/exams/{exam_id}/candidates/{attempt_id}/photo", tags=["roster"])

_MEDIA = ("image/jpeg", "image/png", "image/webp")
_PICTURE_BODY = {
    "requestBody": {
        "required": True,
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in _MEDIA},
    }
}


@router.put("", openapi_extra=_PICTURE_BODY)
async def put_photo(request: Request, exam_id: str, attempt_id: str, services: Use) -> RosterPhoto:
    """Give a candidate a reference photo, in place of one before: JPEG, PNG or WebP, one face, at most 5 MB.

    It is compared with the face at check-in; the proctor is told when the two are unlike. Nothing else uses it.
    """
    picture = await read_body(request, MAX_BYTES, "photo_too_large")
    return _photo(await services.photos.keep(exam_id, attempt_id, picture))


@router.get("")
async def read_photo(exam_id: str, attempt_id: str, services: Use) -> RosterPhoto:
    """What is kept of it; the picture itself is not given out."""
    return _photo(await services.photos.about(exam_id, attempt_id))


@router.delete("", status_code=204)
async def remove_photo(exam_id: str, attempt_id: str, services: Use) -> None:
    await services.photos.remove(exam_id, attempt_id)


def _photo(record: PhotoRecord) -> RosterPhoto:
    return RosterPhoto(
        media_type=cast(Literal["image/jpeg", "image/png", "image/webp"], record.media_type),
        width=record.width,
        height=record.height,
        size=record.size,
        added_at=record.added_at,
    )
