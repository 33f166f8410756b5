"""The candidate's side of an attempt, over HTTP."""

from fastapi import APIRouter, Depends

from examhall.application.ports.attempt_store import AttemptRecord
from examhall.application.ports.meetings import ProviderName
from examhall.application.room import RoomView
from examhall.application.services import Services
from examhall.domain.policy import Signal
from examhall.web.auth import Candidate, Use
from examhall.web.schemas import AskCheckIn, Consent, FrameTaken, Notice, Room, RoomState, Watched


def of_attempt(attempt_id: str) -> None:
    """Puts the path's parameter into the schema; the authorisation reads it for itself."""


router = APIRouter(
    prefix="/api/v1/attempts/{attempt_id}", tags=["candidate"], dependencies=[Depends(of_attempt)]
)


@router.get("/room")
async def read_room(candidate: Candidate, services: Use) -> Room:
    """Everything the page shows; the content only while the exam runs or is paused."""
    view = await services.rooms.room(candidate.attempt_id)
    return _room(view, services.meetings.state.provider)


@router.post("/consent")
async def consent(body: Consent, candidate: Candidate, services: Use) -> RoomState:
    """Agree to the notice or refuse it. 409 `notice_changed` when it is not the one shown now."""
    if body.agreed:
        attempt = await services.attempts.consent(
            candidate.attempt_id, notice_hash=body.notice_hash, locale=body.locale
        )
    else:
        attempt = await services.attempts.refuse_consent(
            candidate.attempt_id, notice_hash=body.notice_hash, locale=body.locale
        )
    return await _state(services, attempt)


@router.post("/check-in")
async def check_in(body: AskCheckIn, candidate: Candidate, services: Use) -> FrameTaken:
    """The camera check, where sockets are blocked: as the socket's `check_in`."""
    await services.live.check_in(candidate.attempt_id, body.step, skip=body.skip)
    return FrameTaken(
        sampling_interval_s=services.live.sampling_interval_s(candidate.attempt_id),
        check_in=services.live.check_in_view(candidate.attempt_id),
    )


@router.post("/ready")
async def ready(candidate: Candidate, services: Use) -> RoomState:
    """The check-in is done."""
    return await _state(services, await services.attempts.ready(candidate.attempt_id))


@router.post("/submit")
async def submit(candidate: Candidate, services: Use) -> RoomState:
    """Finish the exam."""
    return await _state(services, await services.attempts.submit(candidate.attempt_id))


@router.post("/withdraw")
async def withdraw(candidate: Candidate, services: Use) -> RoomState:
    """Withdraw consent: pauses and asks the proctor."""
    return await _state(services, await services.attempts.withdraw(candidate.attempt_id))


async def _state(services: Services, attempt: AttemptRecord) -> RoomState:
    return RoomState(state=attempt.state, clock=await services.monitor.clock_of(attempt))


def _room(view: RoomView, provider: ProviderName) -> Room:
    attempt, exam, policy, notice = view.attempt, view.exam, view.policy, view.notice
    return Room(
        attempt_id=attempt.id,
        candidate_name=attempt.candidate_name,
        exam_title=exam.title,
        instructions=exam.instructions,
        content_mode=exam.content_mode,
        content_text=view.content_text,
        content_url=view.content_url,
        opens_at=exam.opens_at,
        closes_at=exam.closes_at,
        state=attempt.state,
        reason=attempt.reason,
        consented=attempt.consented_at is not None,
        notice=Notice(
            hash=notice.hash,
            watched=[Watched(signal=w.signal, label=w.label, sentence=w.sentence) for w in notice.watched],
            camera=notice.camera,
            microphone=notice.microphone,
            screen=notice.screen,
            recording=notice.recording,
            recording_sentence=notice.recording_sentence,
            retention_days=notice.retention_days,
            who_sees=notice.who_sees,
            human_decides=notice.human_decides,
            time_sentence=notice.time_sentence,
            network_credit_limit_s=notice.network_credit_limit_s,
        ),
        require_screen=policy.asks_for_screen,
        require_microphone=policy.require_microphone,
        recording=policy.recording,
        camera_check=policy.camera_check,
        admission=policy.admission,
        watch_fullscreen=Signal.FULLSCREEN_EXIT in view.watched,
        watch_clipboard=Signal.CLIPBOARD in view.watched,
        watch_focus=bool(view.watched & {Signal.TAB_HIDDEN, Signal.WINDOW_BLUR}),
        watch_microphone=Signal.MICROPHONE_MUTED in view.watched,
        watch_second_screen=Signal.SECOND_SCREEN in view.watched,
        listen=Signal.SPEECH in view.watched,
        clock=view.clock,
        sampling_interval_s=policy.scan.interval_s,
        meeting_provider=provider,
    )
