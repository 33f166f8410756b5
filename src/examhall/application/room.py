"""Everything that the candidate's page shows of an exam, as far as the attempt's state lets it."""

from dataclasses import dataclass

from examhall.application import cards, views
from examhall.application.notice import ConsentNotice, notice, watched_signals
from examhall.application.ports.attempt_store import AttemptRecord, AttemptStore, ExamRecord
from examhall.application.ports.clock import Clock
from examhall.domain.attempt import AttemptState
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules.engine import ContentMode

_SHOWN = frozenset({AttemptState.LIVE, AttemptState.PAUSED})


@dataclass(frozen=True, slots=True)
class RoomView:
    """content_text, content_url: only while live or paused. watched: as the page must report of itself."""

    attempt: AttemptRecord
    exam: ExamRecord
    policy: Policy
    notice: ConsentNotice
    watched: frozenset[Signal]
    content_text: str | None
    content_url: str | None
    clock: views.Clock


@dataclass(frozen=True, slots=True)
class Rooms:
    store: AttemptStore
    clock: Clock

    async def room(self, attempt_id: str) -> RoomView:
        """Raises `attempt_not_found`."""
        attempt = await self.store.attempt(attempt_id)
        exam = await self.store.exam(attempt.exam_id)
        policy = await self.store.policy(attempt)
        given = await self.store.credits_of_attempt(attempt_id)
        mode = ContentMode(exam.content_mode)
        shown = attempt.state in _SHOWN
        return RoomView(
            attempt=attempt,
            exam=exam,
            policy=policy,
            notice=notice(policy, mode),
            watched=frozenset(watched_signals(policy, mode)),
            content_text=exam.content_text if shown else None,
            content_url=exam.content_url if shown else None,
            clock=cards.clock(attempt, exam, given, self.clock.now_ms()),
        )
