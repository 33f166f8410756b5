"""The record of one attempt to take away: signed for a dispute, readable for the candidate."""

from collections.abc import AsyncIterator
from typing import IO, Any

from anyio import to_thread
from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse

from examhall.application.export import fingerprint
from examhall.web.auth import Audited, Staff, Use
from examhall.web.record_schemas import EraseData, ErasureReceipt, SigningKey

router = APIRouter(prefix="/api/v1", tags=["records"])

_PIECE = 256 * 1024
_ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}, "description": "A zip"}}


@router.get("/signing-key")
async def signing_key(services: Use) -> SigningKey:
    """The public half of the Ed25519 key that exports are signed with."""
    key = services.exports.signer.public_key
    return SigningKey(public_key=key.hex(), fingerprint=fingerprint(key))


@router.get("/attempts/{attempt_id}/export", response_class=StreamingResponse, responses=_ZIP)
async def export_attempt(attempt_id: str, staff: Staff, services: Use) -> StreamingResponse:
    """Everything that is stored of one attempt, signed: check it with `examhall verify`. The export is logged."""
    return _download(await services.exports.export(attempt_id, by=staff.user_id), f"attempt-{attempt_id}.zip")


def _download(file: IO[bytes], name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingResponse(
        _pieces(file), media_type="application/zip", headers=headers, background=BackgroundTask(file.close)
    )


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while piece := await to_thread.run_sync(file.read, _PIECE):
            yield piece
    finally:
        file.close()


@router.get("/attempts/{attempt_id}/personal-data", response_class=StreamingResponse, responses=_ZIP)
async def personal_data(attempt_id: str, staff: Staff, services: Use) -> StreamingResponse:
    """What is known of one candidate, readable, to hand to the candidate. It is logged."""
    content = await services.personal_data.of_candidate(attempt_id, by=staff.user_id)
    return _download(content, f"personal-data-{attempt_id}.zip")


@router.delete("/attempts/{attempt_id}/data")
async def erase_data(
    attempt_id: str, body: EraseData, staff: Staff, services: Use, note: Audited
) -> ErasureReceipt:
    """Erase all that is known of one candidate, for good. Refused while the attempt runs. The answer is the receipt."""
    done = await services.retention.erase_candidate(attempt_id, by=staff.user_id, reason=body.reason)
    note.reason = body.reason
    return ErasureReceipt(
        attempt_id=done.attempt_id,
        erased_at=done.erased_at,
        erased=dict(done.erased),
        chain_entries=done.head.seq,
        chain_head=done.head.hash,
    )
