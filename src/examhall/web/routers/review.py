"""The reviewer's worklist and the end of a review."""

from fastapi import APIRouter

from examhall.application.views import AttemptCard
from examhall.web.auth import Staff, Use
from examhall.web.schemas import ReviewItem

router = APIRouter(prefix="/api/v1", tags=["review"])


@router.get("/exams/{exam_id}/review")
async def list_reviews(exam_id: str, services: Use) -> list[ReviewItem]:
    """The exam's attempts, most undecided first."""
    return [
        ReviewItem(
            attempt_id=line.attempt_id,
            candidate_name=line.candidate_name,
            candidate_ref=line.candidate_ref,
            state=line.state,
            undecided=line.undecided,
            confirmed=line.confirmed,
            dismissed=line.dismissed,
            highest=line.highest,
            risk=line.risk,
        )
        for line in await services.review.worklist(exam_id)
    ]


@router.post("/attempts/{attempt_id}/reviewed")
async def close_review(attempt_id: str, staff: Staff, services: Use) -> AttemptCard:
    """Close the review of an attempt that is over."""
    await services.review.close(attempt_id, staff_id=staff.user_id)
    return await services.monitor.card(attempt_id)
