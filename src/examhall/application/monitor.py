"""What the wall shows: a snapshot of an exam, and the objects that outbox lines point at."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from examhall.application import cards, views
from examhall.application.ports.attempt_store import (
    AttemptRecord,
    AttemptStore,
    CreditRecord,
    EvidenceRecord,
    ExamRecord,
    IncidentRecord,
    OutboxLine,
    UpdateKind,
)
from examhall.application.ports.clock import Clock
from examhall.domain.errors import ErrorKind, ExamhallError

MonitorObject = views.AttemptCard | views.Incident | views.ChatMessage | views.ExamHead

R = TypeVar("R", CreditRecord, IncidentRecord)


@dataclass(frozen=True, slots=True)
class MonitorSnapshot:
    """Everything a wall shows. Updates after `update_id` bring it up to date; some may be in it already,
    which does no harm, since whole objects replace whole objects."""

    update_id: int
    exam: views.ExamHead
    attempts: tuple[views.AttemptCard, ...]  # by number
    incidents: tuple[views.Incident, ...]  # by opened_at, then id
    chat: tuple[views.ChatMessage, ...]  # by at, then id
    server_now: int


@dataclass(frozen=True, slots=True)
class CandidateView:
    """What the candidate's page is told of its attempt."""

    attempt: AttemptRecord
    clock: views.Clock
    chat: tuple[views.ChatMessage, ...]
    warnings: tuple[views.WarningNote, ...]  # not yet acknowledged


@dataclass(frozen=True, slots=True)
class Monitor:
    """Reads only. For staff's pages, but for `candidate_view`."""

    store: AttemptStore
    clock: Clock

    async def snapshot(self, exam_id: str) -> MonitorSnapshot:
        """Raises `ExamhallError` `exam_not_found`."""
        exam = await self.store.exam(exam_id)
        update_id = await self.store.outbox_head(exam_id)  # before the rest: what comes later is told again
        attempts = await self.store.attempts_of_exam(exam_id)
        incidents = await self.store.incidents_of_exam(exam_id)
        by_attempt = _by_attempt(incidents)
        credits_ = _by_attempt(await self.store.credits_of_exam(exam_id))
        now = self.clock.now_ms()
        tiles = [await self._card(a, exam, by_attempt[a.id], credits_[a.id], now) for a in attempts]
        return MonitorSnapshot(
            update_id=update_id,
            exam=cards.exam_head(exam),
            attempts=tuple(tiles),
            incidents=await self.incident_views(incidents),
            chat=await self._chat_of_exam(exam_id),
            server_now=now,
        )

    async def look(self, line: OutboxLine) -> MonitorObject | None:
        """What a line points at, as it is now; None when it is gone."""
        try:
            if line.kind is UpdateKind.ATTEMPT:
                return await self.card(line.id)
            if line.kind is UpdateKind.INCIDENT:
                return (await self.incident_views([await self.store.incident(line.id)]))[0]
            if line.kind is UpdateKind.CHAT:
                message = await self.store.chat_message(line.id)
                return cards.chat(message, await self.store.staff_names([message.sender]))
            return cards.exam_head(await self.store.exam(line.id))
        except ExamhallError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                return None
            raise

    async def card(self, attempt_id: str) -> views.AttemptCard:
        attempt = await self.store.attempt(attempt_id)
        return await self._card(
            attempt,
            await self.store.exam(attempt.exam_id),
            await self.store.incidents_of_attempt(attempt_id),
            await self.store.credits_of_attempt(attempt_id),
            self.clock.now_ms(),
        )

    async def incident_views(self, incidents: Sequence[IncidentRecord]) -> tuple[views.Incident, ...]:
        pictures: defaultdict[str, list[EvidenceRecord]] = defaultdict(list)
        for found in await self.store.evidence_of_incidents([i.id for i in incidents]):
            pictures[found.incident_id].append(found)
        names = await self.store.staff_names([i.verdict_by for i in incidents if i.verdict_by])
        return tuple(cards.incident(i, pictures[i.id], names) for i in incidents)

    async def clock_of(self, attempt: AttemptRecord) -> views.Clock:
        exam = await self.store.exam(attempt.exam_id)
        given = await self.store.credits_of_attempt(attempt.id)
        return cards.clock(attempt, exam, given, self.clock.now_ms())

    async def candidate_view(self, attempt_id: str) -> CandidateView:
        """For the candidate's own page: no names of staff, only warnings that still stand."""
        attempt = await self.store.attempt(attempt_id)
        given = await self.store.warnings_of_attempt(attempt_id)
        said = await self.store.chat_of_attempt(attempt_id)
        return CandidateView(
            attempt=attempt,
            clock=await self.clock_of(attempt),
            chat=tuple(cards.chat(message, None) for message in said),
            warnings=tuple(cards.warning(w) for w in given if w.acknowledged_at is None),
        )

    async def chat_of_attempt(self, attempt_id: str) -> tuple[views.ChatMessage, ...]:
        """For staff: with the names of who wrote."""
        said = await self.store.chat_of_attempt(attempt_id)
        names = await self.store.staff_names([m.sender for m in said])
        return tuple(cards.chat(message, names) for message in said)

    async def _chat_of_exam(self, exam_id: str) -> tuple[views.ChatMessage, ...]:
        said = await self.store.chat_of_exam(exam_id)
        names = await self.store.staff_names([m.sender for m in said])
        return tuple(cards.chat(message, names) for message in said)

    async def _card(
        self,
        attempt: AttemptRecord,
        exam: ExamRecord,
        incidents: Sequence[IncidentRecord],
        credits_: Sequence[CreditRecord],
        now_ms: int,
    ) -> views.AttemptCard:
        policy = await self.store.policy(attempt)
        names = await self.store.staff_names([attempt.paused_by]) if attempt.paused_by else {}
        return cards.card(
            attempt,
            cards.clock(attempt, exam, credits_, now_ms),
            cards.risk(incidents, policy.risk_half_life_s),
            names,
        )


def _by_attempt(found: Iterable[R]) -> defaultdict[str, list[R]]:
    grouped: defaultdict[str, list[R]] = defaultdict(list)
    for one in found:
        grouped[one.attempt_id].append(one)
    return grouped
