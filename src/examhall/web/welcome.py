"""Everything that the candidate's page must know, for its socket and for a page that has to ask."""

from examhall.application import cards
from examhall.application.monitor import CandidateView
from examhall.application.services import Services
from examhall.web import wire


async def welcome(services: Services, view: CandidateView, instance_id: str) -> wire.Welcome:
    """instance_id: of the page load whose acknowledged number is told."""
    attempt_id = view.attempt.id
    acknowledged = await services.live.acknowledged_seq(attempt_id, instance_id)
    return wire.Welcome(
        protocol=wire.PROTOCOL,
        attempt_id=attempt_id,
        state=view.attempt.state,
        clock=view.clock,
        sampling_interval_s=services.live.sampling_interval_s(attempt_id),
        acknowledged_seq=acknowledged,
        hand_raised=view.attempt.hand_raised_at is not None,
        chat=view.chat,
        warnings=view.warnings,
        paused_by=cards.paused_by(view.attempt),
        reason=view.attempt.reason,
        server_now=services.clock.now_ms(),
    )
