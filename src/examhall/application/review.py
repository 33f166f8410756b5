"""Humans decide: verdicts on incidents, the list of what is undecided, the story of an attempt."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from examhall.application import cards, views
from examhall.application.journal import UNTOLD, Entry, Payload, people_of, read_payload, words
from examhall.application.monitor import Monitor
from examhall.application.ports.attempt_store import (
    AttemptRecord,
    AttemptStore,
    CreditRecord,
    IncidentRecord,
    LogRecord,
)
from examhall.application.ports.clock import Clock
from examhall.domain.attempt import AttemptAction, AttemptState, next_state
from examhall.domain.chain import ChainHead, ChainStatus, LogEntry, verify_chain
from examhall.domain.clock import CreditReason
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.incident import Verdict
from examhall.domain.policy import Severity

_STILL_OPEN = frozenset({Verdict.UNDECIDED, Verdict.SECOND_LOOK})


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One attempt on the reviewer's list. `undecided` counts second looks too: somebody has to decide."""

    attempt_id: str
    candidate_name: str
    candidate_ref: str | None
    state: AttemptState
    undecided: int
    confirmed: int
    dismissed: int
    highest: Severity | None  # of what is not dismissed
    risk: float  # as of its newest incident


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One line of the log in words."""

    seq: int
    type: str
    at: int
    words: str


@dataclass(frozen=True, slots=True)
class LedgerLine:
    seconds: float
    reason: CreditReason
    note: str
    given_by: str | None  # name of staff
    at: int


@dataclass(frozen=True, slots=True)
class AttemptStory:
    """Everything about one attempt, for staff."""

    exam_id: str
    exam_title: str
    card: views.AttemptCard
    candidate_email: str | None
    incidents: tuple[views.Incident, ...]
    chat: tuple[views.ChatMessage, ...]
    warnings: tuple[views.WarningNote, ...]
    credits: tuple[LedgerLine, ...]
    timeline: tuple[StoryLine, ...]
    chain: Literal["intact", "erased", "broken"]


@dataclass(frozen=True, slots=True)
class Review:
    store: AttemptStore
    monitor: Monitor
    clock: Clock

    async def decide(self, incident_id: str, *, verdict: Verdict, note: str, staff_id: str) -> views.Incident:
        """A human's verdict; `undecided` takes one back. Raises `review_closed` once the review is over."""
        found = await self.store.incident(incident_id)
        warned = {
            w.incident_id: w.at
            for w in await self.store.warnings_of_attempt(found.attempt_id)
            if w.sender != cards.POLICY
        }
        now = self.clock.now_ms()
        async with self.store.begin(found.attempt_id) as tx:
            incident = await tx.incident(incident_id)
            if incident is None:
                raise ExamhallError(ErrorKind.NOT_FOUND, "incident_not_found", "There is no such incident.")
            if tx.attempt.state is AttemptState.REVIEWED:
                raise ExamhallError(
                    ErrorKind.CONFLICT, "review_closed", "The review of this attempt is closed."
                )
            undone = verdict is Verdict.UNDECIDED
            decided = verdict not in _STILL_OPEN
            await tx.save_incident(
                replace(
                    incident,
                    verdict=verdict,
                    verdict_by=None if undone else staff_id,
                    verdict_at=None if undone else now,
                    verdict_note=note,
                    handled_at=now if decided else warned.get(incident_id),
                )
            )
            await tx.log(
                Entry.VERDICT_GIVEN,
                {
                    "incident_id": incident_id,
                    "signal": incident.signal.value,
                    "verdict": verdict.value,
                    "before": incident.verdict.value,
                    "by": staff_id,
                    "note": note,
                },
            )
        return (await self.monitor.incident_views([await self.store.incident(incident_id)]))[0]

    async def close(self, attempt_id: str, *, staff_id: str) -> AttemptRecord:
        """The review of an attempt that is over is done."""
        async with self.store.begin(attempt_id) as tx:
            state = next_state(tx.attempt.state, AttemptAction.REVIEW)
            await tx.save_attempt(replace(tx.attempt, state=state))
            await tx.log(Entry.REVIEWED, {"by": staff_id})
            return tx.attempt

    async def worklist(self, exam_id: str) -> tuple[ReviewLine, ...]:
        """The exam's attempts, most undecided first, then by severity and number."""
        attempts = await self.store.attempts_of_exam(exam_id)
        by_attempt: defaultdict[str, list[IncidentRecord]] = defaultdict(list)
        for incident in await self.store.incidents_of_exam(exam_id):
            by_attempt[incident.attempt_id].append(incident)
        lines = [(await self._line(a, by_attempt[a.id]), a.number) for a in attempts]
        lines.sort(key=lambda pair: (-pair[0].undecided, -_rank(pair[0].highest), pair[1]))
        return tuple(line for line, _ in lines)

    async def _log(self, attempt_id: str) -> tuple[Sequence[LogRecord], ChainHead]:
        """The lines and the head of one moment: one written between the two reads would look forged."""
        while True:
            head = await self.store.log_head(attempt_id)
            lines = await self.store.log_of_attempt(attempt_id)
            if await self.store.log_head(attempt_id) == head:
                return lines, head

    async def story(self, attempt_id: str) -> AttemptStory:
        """Raises `attempt_not_found`."""
        attempt = await self.store.attempt(attempt_id)
        exam = await self.store.exam(attempt.exam_id)
        lines, head = await self._log(attempt_id)
        given = await self.store.credits_of_attempt(attempt_id)
        payloads = [None if line.payload is None else read_payload(line.payload) for line in lines]
        people = {p for payload in payloads if payload for p in people_of(payload)}
        names = await self.store.staff_names([*people, *(c.given_by for c in given if c.given_by)])
        report = verify_chain([entry_of(line) for line in lines], attempt_id, head)
        return AttemptStory(
            exam_id=exam.id,
            exam_title=exam.title,
            card=await self.monitor.card(attempt_id),
            candidate_email=attempt.candidate_email,
            incidents=await self.monitor.incident_views(await self.store.incidents_of_attempt(attempt_id)),
            chat=await self.monitor.chat_of_attempt(attempt_id),
            warnings=tuple(cards.warning(w) for w in await self.store.warnings_of_attempt(attempt_id)),
            credits=tuple(_ledger_line(c, names) for c in given),
            timeline=tuple(
                _story_line(line, payload, names)
                for line, payload in zip(lines, payloads, strict=True)
                if line.type not in UNTOLD
            ),
            chain=_CHAIN[report.status],
        )

    async def _line(self, attempt: AttemptRecord, incidents: list[IncidentRecord]) -> ReviewLine:
        policy = await self.store.policy(attempt)
        kept = [i.severity for i in incidents if i.verdict is not Verdict.DISMISSED]
        return ReviewLine(
            attempt_id=attempt.id,
            candidate_name=attempt.candidate_name,
            candidate_ref=attempt.candidate_ref,
            state=attempt.state,
            undecided=sum(i.verdict in _STILL_OPEN for i in incidents),
            confirmed=sum(i.verdict is Verdict.CONFIRMED for i in incidents),
            dismissed=sum(i.verdict is Verdict.DISMISSED for i in incidents),
            highest=max(kept, key=lambda s: s.rank, default=None),
            risk=cards.risk(incidents, policy.risk_half_life_s).value,
        )


_CHAIN: dict[ChainStatus, Literal["intact", "erased", "broken"]] = {
    ChainStatus.INTACT: "intact",
    ChainStatus.ERASED: "erased",
    ChainStatus.BROKEN: "broken",
}


def _rank(severity: Severity | None) -> int:
    return -1 if severity is None else severity.rank


def entry_of(line: LogRecord) -> LogEntry:
    return LogEntry(
        attempt_id=line.attempt_id,
        seq=line.seq,
        prev_hash=line.prev_hash,
        hash=line.hash,
        type=line.type,
        at_ms=line.at,
        payload_mac=line.payload_mac,
        payload=line.payload,
        salt=line.salt,
    )


def _story_line(line: LogRecord, payload: Payload | None, names: Mapping[str, str]) -> StoryLine:
    return StoryLine(line.seq, line.type, line.at, words(line.type, payload, names))


def _ledger_line(credit: CreditRecord, names: Mapping[str, str]) -> LedgerLine:
    reason, giver = CreditReason(credit.reason), names.get(credit.given_by or "")
    return LedgerLine(credit.seconds, reason, credit.note, giver, credit.at)
