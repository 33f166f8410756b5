"""The candidates of an exam and their links."""

from typing import Annotated

from fastapi import APIRouter, Query

from examhall.application.roster import CandidateChange, RosterLine
from examhall.application.roster_csv import CandidateDraft
from examhall.web.auth import Audited, Use
from examhall.web.schemas import (
    Candidate,
    CandidateCsv,
    ChangeCandidate,
    CsvResult,
    CsvRowError,
    NewCandidate,
)

router = APIRouter(prefix="/api/v1/exams/{exam_id}/candidates", tags=["roster"])


@router.get("")
async def list_candidates(exam_id: str, services: Use) -> list[Candidate]:
    return [_candidate(line) for line in await services.roster.candidates(exam_id)]


@router.post("", status_code=201)
async def add_candidate(exam_id: str, body: NewCandidate, services: Use, note: Audited) -> Candidate:
    draft = CandidateDraft(body.name.strip(), body.email, (body.ref or "").strip() or None, body.extra_time_s)
    line = await services.roster.add(exam_id, draft)
    note.details["attempt_id"] = line.candidate.attempt_id
    return _candidate(line)


@router.post("/csv")
async def import_candidates(exam_id: str, body: CandidateCsv, services: Use, note: Audited) -> CsvResult:
    """Add all rows of pasted text; when any row is wrong nothing is added and `errors` says why."""
    done = await services.roster.import_csv(exam_id, body.text, dry_run=body.dry_run)
    note.details |= {"added": len(done.added), "dry_run": body.dry_run}
    return CsvResult(
        added=[_candidate(line) for line in done.added],
        would_add=done.would_add,
        errors=[CsvRowError(row=one.row, column=one.column, message=one.message) for one in done.errors],
    )


@router.patch("/{attempt_id}")
async def change_candidate(
    exam_id: str, attempt_id: str, body: ChangeCandidate, services: Use, note: Audited
) -> Candidate:
    """Only what is given changes; the extra time only before the exam has started for them."""
    note.details["changed"] = " ".join(sorted(body.model_fields_set))
    name, ref = (None if one is None else one.strip() for one in (body.name, body.ref))
    change = CandidateChange(name, body.email, ref, body.extra_time_s)
    return _candidate(await services.roster.change(exam_id, attempt_id, change))


@router.post("/{attempt_id}/link", status_code=201)
async def new_candidate_link(exam_id: str, attempt_id: str, services: Use) -> Candidate:
    """A new link; the one before stops working."""
    return _candidate(await services.roster.new_link(exam_id, attempt_id))


@router.delete("/{attempt_id}/link", status_code=204)
async def revoke_candidate_link(
    exam_id: str,
    attempt_id: str,
    services: Use,
    note: Audited,
    reason: Annotated[str | None, Query(max_length=500)] = None,
) -> None:
    """No link opens this attempt any more, and whoever came by one is out."""
    note.reason = reason
    await services.roster.revoke_link(exam_id, attempt_id)


@router.delete("/{attempt_id}", status_code=204)
async def remove_candidate(exam_id: str, attempt_id: str, services: Use) -> None:
    """Only a candidate who never came."""
    photo = await services.photos.store.photo(attempt_id)
    await services.roster.remove(exam_id, attempt_id)
    if photo is not None:
        await services.photos.erase(photo)


def _candidate(line: RosterLine) -> Candidate:
    one = line.candidate
    return Candidate(
        attempt_id=one.attempt_id,
        number=one.number,
        name=one.name,
        email=one.email,
        ref=one.ref,
        extra_time_s=one.extra_time_s,
        state=one.state,
        link=line.link,
        link_expires_at=one.invite_expires_at,
        has_photo=one.has_photo,
    )
