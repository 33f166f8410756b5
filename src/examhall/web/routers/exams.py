"""Exams, their policies and their staff."""

from dataclasses import fields

from fastapi import APIRouter

from examhall.application.exams import ContentMode, ExamChange, ExamDraft, check_policy, switched_off
from examhall.application.ports.accounts_store import MemberRecord
from examhall.application.ports.attempt_store import PolicyRevisionRecord
from examhall.application.ports.exam_store import ExamListing
from examhall.application.services import Services
from examhall.domain.plan_cost import (
    BUSY_SHARE,
    REFERENCE_COSTS,
    candidates_per_core,
    plan_cost,
    recording_bytes_per_hour,
)
from examhall.domain.policy import Admission, Signal
from examhall.domain.presets import PRESETS, SIGNAL_LABELS, SIGNAL_SENTENCES
from examhall.web.auth import Asker, Audited, Staff, Use
from examhall.web.schemas import (
    ChangeExam,
    ChangePolicy,
    Exam,
    ExamCounts,
    ExamMember,
    ExamSummary,
    NewExam,
    PolicyAnswer,
    PolicyCatalogue,
    PolicyCost,
    PolicyCostAsked,
    SetMember,
    SignalInfo,
)

router = APIRouter(prefix="/api/v1", tags=["exams"])

_UNITS = {
    Signal.NO_FACE: "faces",
    Signal.MULTIPLE_FACES: "faces",
    Signal.CAMERA_BLOCKED: "mean brightness, 0 to 255",
    Signal.CLIPBOARD: "events",
    Signal.SECOND_DEVICE: "events",
    Signal.DIFFERENT_PERSON: "distance of two faces, 0 to 2",
    Signal.LOOKING_AWAY: "degrees beyond the measured range",
    Signal.PHONE: "score, 0 to 1",
    Signal.BOOK: "score, 0 to 1",
    Signal.LAPTOP: "score, 0 to 1",
    Signal.PERSON_IN_BACKGROUND: "score, 0 to 1",
    Signal.SPEECH: "share of voiced sound, 0 to 1",
    Signal.VIRTUAL_CAMERA: "score, 0 to 1",
}


@router.get("/policies")
async def policy_catalogue() -> PolicyCatalogue:
    """The presets to start from, and what each signal means."""
    signals = [
        SignalInfo(
            signal=signal,
            label=SIGNAL_LABELS[signal],
            sentence=SIGNAL_SENTENCES[signal],
            threshold_unit=_UNITS.get(signal, ""),
        )
        for signal in Signal
    ]
    return PolicyCatalogue(presets=dict(PRESETS), signals=signals, admissions=list(Admission))


@router.post("/policies/cost")
async def policy_cost(body: PolicyCostAsked) -> PolicyCost:
    """What a candidate costs under this policy, by the prices of a reference machine (`examhall plan`: yours)."""
    check_policy(body.policy)
    cost = plan_cost(body.policy, REFERENCE_COSTS)
    return PolicyCost(
        quiet_ms_per_s=cost.quiet_ms_per_s,
        talking_ms_per_s=cost.talking_ms_per_s,
        candidates_per_core=candidates_per_core(cost.quiet_ms_per_s, BUSY_SHARE),
        recording_bytes_per_hour=recording_bytes_per_hour(body.policy.recording),
    )


@router.get("/exams")
async def list_exams(staff: Staff, services: Use) -> list[ExamSummary]:
    """My exams, the newest window first."""
    return [_summary(listing) for listing in await services.exams.mine(staff)]


@router.post("/exams", status_code=201)
async def create_exam(body: NewExam, staff: Staff, services: Use, note: Audited) -> Exam:
    draft = ExamDraft(**{field.name: getattr(body, field.name) for field in fields(ExamDraft)})
    listing = await services.exams.create(draft, body.preset, staff)
    note.target_id = listing.exam.id
    return await _exam(listing, services)


@router.get("/exams/{exam_id}")
async def read_exam(exam_id: str, asker: Asker, services: Use) -> Exam:
    return await _exam(await services.exams.one(exam_id, asker.role), services)


@router.patch("/exams/{exam_id}")
async def change_exam(exam_id: str, body: ChangeExam, services: Use, note: Audited) -> Exam:
    """Only what is given changes."""
    note.details["changed"] = " ".join(sorted(body.model_fields_set))
    change = ExamChange(**{field.name: getattr(body, field.name) for field in fields(ExamChange)})
    return await _exam(await services.exams.change(exam_id, change), services)


@router.get("/exams/{exam_id}/policy")
async def read_policy(exam_id: str, asker: Asker, services: Use) -> PolicyAnswer:
    exam = (await services.exams.one(exam_id, asker.role)).exam
    return _policy(await services.exams.policy(exam_id), exam.content_mode)


@router.put("/exams/{exam_id}/policy")
async def change_policy(
    exam_id: str, body: ChangePolicy, asker: Asker, staff: Staff, services: Use, note: Audited
) -> PolicyAnswer:
    """A new revision; attempts that are checked in keep the one they agreed to."""
    revision = await services.exams.set_policy(exam_id, body.policy, staff)
    note.details["revision"] = revision.number
    exam = (await services.exams.one(exam_id, asker.role)).exam
    return _policy(revision, exam.content_mode)


@router.get("/exams/{exam_id}/staff")
async def list_members(exam_id: str, services: Use) -> list[ExamMember]:
    return [_member(member) for member in await services.accounts.members(exam_id)]


@router.put("/exams/{exam_id}/staff/{user_id}")
async def set_member(exam_id: str, user_id: str, body: SetMember, services: Use, note: Audited) -> ExamMember:
    """Let somebody proctor or review this exam."""
    note.details["role"] = body.role
    return _member(await services.accounts.set_member(exam_id, user_id, body.role))


@router.delete("/exams/{exam_id}/staff/{user_id}", status_code=204)
async def remove_member(exam_id: str, user_id: str, services: Use) -> None:
    await services.accounts.remove_member(exam_id, user_id)


def _summary(listing: ExamListing) -> ExamSummary:
    exam, counts = listing.exam, listing.counts
    return ExamSummary(
        id=exam.id,
        title=exam.title,
        opens_at=exam.opens_at,
        closes_at=exam.closes_at,
        duration_s=exam.duration_s,
        archived=exam.archived_at is not None,
        counts=ExamCounts(
            candidates=counts.candidates,
            live=counts.live,
            waiting=counts.waiting,
            paused=counts.paused,
            over=counts.over,
            undecided_incidents=counts.undecided_incidents,
        ),
        my_role=listing.my_role,
    )


async def _exam(listing: ExamListing, services: Services) -> Exam:
    exam = listing.exam
    return Exam(
        **_summary(listing).model_dump(),
        instructions=exam.instructions,
        content_mode=exam.content_mode,
        content_text=exam.content_text,
        content_url=exam.content_url,
        link_hours=exam.link_hours,
        policy=_policy(await services.exams.policy(exam.id), exam.content_mode),
    )


def _policy(revision: PolicyRevisionRecord, content_mode: ContentMode) -> PolicyAnswer:
    return PolicyAnswer(
        revision=revision.number,
        policy=revision.policy,
        switched_off=list(switched_off(revision.policy, content_mode)),
    )


def _member(member: MemberRecord) -> ExamMember:
    return ExamMember(user_id=member.user_id, name=member.name, email=member.email, role=member.role)
