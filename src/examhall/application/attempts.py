"""The life of an attempt: every command that changes its state, each one transaction with its log line.

Commands of staff take the acting user's id. Whatever the state does not allow raises `illegal_state_change`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from examhall.application import cards
from examhall.application import notice as consent_notice
from examhall.application.journal import Entry
from examhall.application.ports.attempt_store import (
    AttemptRecord,
    AttemptStore,
    AttemptTx,
    CreditRecord,
    ExamRecord,
    PolicyRevisionRecord,
)
from examhall.application.ports.clock import Clock, Ids
from examhall.domain.attempt import OVER, AttemptAction, AttemptState, next_state
from examhall.domain.clock import Credit, CreditReason, credited_s, pause_credits
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.policy import Admission
from examhall.domain.rules.engine import ContentMode

BY_POLICY = "policy"
BY_CANDIDATE = "candidate"
BY_CLOCK = "clock"

_REFUSED = "The candidate did not consent to the notice."
_WITHDREW = "The candidate withdrew consent: please talk to them, and resume or end."
_LOST = "Lost connection beyond the policy's limit: "
_CONSENT_NOTES = frozenset({_REFUSED, _WITHDREW})
_RUNNING = frozenset({AttemptState.LIVE, AttemptState.PAUSED})
_LEFT_AT_LEAST_MS = 60_000


@dataclass(frozen=True, slots=True)
class GivenToAll:
    """How many got the time, and how many could not (over meanwhile, or nothing to take back)."""

    given: int
    refused: int


def over_the_limit(seconds: float) -> str:
    """The note that asks a proctor to decide; giving time answers it."""
    return f"{_LOST}{seconds:.0f} s were not given back. Give time if that is right."


def attempt_over(attempt: AttemptRecord) -> ExamhallError:
    return ExamhallError(
        ErrorKind.CONFLICT, "attempt_over", f"The attempt is {attempt.state}; nothing more can be done in it."
    )


@dataclass(frozen=True, slots=True)
class Attempts:
    """Use cases of the candidate's page and of staff. Each returns the record as it is afterwards."""

    store: AttemptStore
    clock: Clock
    ids: Ids

    async def consent_notice(self, attempt: AttemptRecord) -> consent_notice.ConsentNotice:
        """The notice of the policy that the attempt pinned, or would pin now."""
        exam = await self.store.exam(attempt.exam_id)
        revision = await self._revision(attempt, exam)
        return consent_notice.notice(revision.policy, ContentMode(exam.content_mode))

    async def consent(self, attempt_id: str, *, notice_hash: str, locale: str) -> AttemptRecord:
        """The candidate agrees: invited becomes checking in, and the policy's revision is pinned.

        After a withdrawal it restores the consent and leaves the state. Raises `notice_changed` when the
        hash is not of the notice as it is now, `exam_closed` after the window.
        """
        attempt = await self.store.attempt(attempt_id)
        exam = await self.store.exam(attempt.exam_id)
        revision = await self._revision(attempt, exam)
        if notice_hash != consent_notice.notice(revision.policy, ContentMode(exam.content_mode)).hash:
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "notice_changed",
                "The notice has changed; load the page again and read it.",
            )
        now = self.clock.now_ms()
        async with self.store.begin(attempt_id) as tx:
            again = tx.attempt.consented_at is None and tx.attempt.policy_revision_id is not None
            if again and tx.attempt.state not in OVER:
                state = tx.attempt.state
            else:
                state = next_state(tx.attempt.state, AttemptAction.CHECK_IN)
            _refuse_when_closed(exam, tx.attempt, now)
            await tx.save_attempt(
                replace(
                    tx.attempt,
                    state=state,
                    consented_at=now,
                    policy_revision_id=revision.id,
                    note=None if tx.attempt.note in _CONSENT_NOTES else tx.attempt.note,
                )
            )
            await tx.log(
                Entry.CONSENT_GIVEN,
                {
                    "notice_hash": notice_hash,
                    "policy_revision": revision.number,
                    "policy_revision_id": revision.id,
                    "locale": locale,
                    "at": now,
                },
            )
            return tx.attempt

    async def refuse_consent(self, attempt_id: str, *, notice_hash: str, locale: str) -> AttemptRecord:
        """The candidate does not agree: staff are told; it is no incident and changes no state."""
        async with self.store.begin(attempt_id) as tx:
            next_state(tx.attempt.state, AttemptAction.CHECK_IN)
            await tx.save_attempt(replace(tx.attempt, note=_REFUSED))
            await tx.log(
                Entry.CONSENT_REFUSED,
                {"notice_hash": notice_hash, "locale": locale, "at": self.clock.now_ms()},
            )
            return tx.attempt

    async def withdraw(self, attempt_id: str) -> AttemptRecord:
        """The candidate withdraws consent: a live attempt pauses, and the proctor is asked."""
        now = self.clock.now_ms()
        async with self.store.begin(attempt_id) as tx:
            if tx.attempt.state in OVER:
                raise attempt_over(tx.attempt)
            if tx.attempt.consented_at is None:
                raise ExamhallError(
                    ErrorKind.CONFLICT, "no_consent", "There is no consent that could be withdrawn."
                )
            if tx.attempt.state is AttemptState.LIVE:
                await self._pause(tx, BY_CANDIDATE, "consent withdrawn", now)
            await tx.save_attempt(replace(tx.attempt, consented_at=None, hand_raised_at=now, note=_WITHDREW))
            await tx.log(Entry.CONSENT_WITHDRAWN, {"by": BY_CANDIDATE, "at": now})
            return tx.attempt

    async def ready(self, attempt_id: str) -> AttemptRecord:
        """The check-in is done; where admission is automatic and the window is open, the exam starts."""
        attempt = await self.store.attempt(attempt_id)
        exam = await self.store.exam(attempt.exam_id)
        policy = await self.store.policy(attempt)
        now = self.clock.now_ms()
        async with self.store.begin(attempt_id) as tx:
            state = next_state(tx.attempt.state, AttemptAction.FINISH_CHECK_IN)
            _require_consent(tx.attempt)
            await tx.save_attempt(replace(tx.attempt, state=state))
            await tx.log(Entry.CHECK_IN_DONE, {"by": BY_CANDIDATE})
            if policy.admission is Admission.AUTOMATIC and exam.opens_at <= now < exam.closes_at:
                await start(tx, exam, BY_POLICY, now)
            return tx.attempt

    async def admit(self, attempt_id: str, *, staff_id: str) -> AttemptRecord:
        """A proctor lets a waiting candidate in; the exam starts."""
        exam = await self._exam_of(attempt_id)
        async with self.store.begin(attempt_id) as tx:
            await start(tx, exam, staff_id, self.clock.now_ms())
            return tx.attempt

    async def pause(self, attempt_id: str, *, by: str, reason: str = "") -> AttemptRecord:
        """The clock stands still. by: a staff user id, whose reason the candidate reads, or `BY_POLICY`."""
        async with self.store.begin(attempt_id) as tx:
            await self._pause(tx, by, reason, self.clock.now_ms())
            return tx.attempt

    async def resume(self, attempt_id: str, *, staff_id: str, reason: str = "") -> AttemptRecord:
        """The clock goes on; the pause is given back in full."""
        now = self.clock.now_ms()
        async with self.store.begin(attempt_id) as tx:
            state = next_state(tx.attempt.state, AttemptAction.RESUME)
            _require_consent(tx.attempt)
            paused_at = tx.attempt.paused_at or now
            await settle_pause(tx, self.ids, now)
            await tx.save_attempt(
                replace(tx.attempt, state=state, paused_at=None, paused_by=None, reason=None)
            )
            await tx.log(
                Entry.RESUMED, {"by": staff_id, "paused_s": (now - paused_at) / 1000, "reason": reason}
            )
            return tx.attempt

    async def submit(self, attempt_id: str) -> AttemptRecord:
        """The candidate finishes."""
        async with self.store.begin(attempt_id) as tx:
            await finish(tx, self.ids, AttemptAction.SUBMIT, self.clock.now_ms())
            await tx.log(Entry.SUBMITTED, {"by": BY_CANDIDATE})
            return tx.attempt

    async def end(self, attempt_id: str, *, staff_id: str, reason: str = "") -> AttemptRecord:
        """A proctor ends the attempt; nobody and nothing else can. The candidate reads the reason."""
        async with self.store.begin(attempt_id) as tx:
            await finish(tx, self.ids, AttemptAction.END, self.clock.now_ms(), reason)
            await tx.log(Entry.ENDED, {"by": staff_id, "reason": reason})
            return tx.attempt

    async def give_time(
        self, attempt_id: str, *, seconds: float, reason: str, staff_id: str, request_id: str | None = None
    ) -> AttemptRecord:
        """A proctor gives time, or takes back what one gave, with the reason in the ledger.

        seconds: below zero takes back. request_id: the same again gives once. Raises `credit_not_given` when
        more would be taken back than proctors gave, `credit_ends_attempt` when less than a minute would be left.
        """
        exam = await self._exam_of(attempt_id)
        now = self.clock.now_ms()
        async with self.store.begin(attempt_id) as tx:
            if tx.attempt.state in OVER:
                raise attempt_over(tx.attempt)
            given = await tx.credits()
            credit_id = self.ids.new_id() if request_id is None else _credit_id(request_id, attempt_id)
            if any(one.id == credit_id for one in given):
                return tx.attempt
            credit = CreditRecord(
                credit_id, attempt_id, round(seconds, 3), CreditReason.PROCTOR.value, reason, staff_id, now
            )
            if seconds < 0:
                _refuse_to_take(tx.attempt, exam, [*given, credit], now)
            await tx.add_credit(credit)
            if (tx.attempt.note or "").startswith(_LOST):
                await tx.save_attempt(replace(tx.attempt, note=None))
            await tx.log(
                Entry.CREDIT_GIVEN,
                {"by": staff_id, "seconds": credit.seconds, "reason": "proctor", "note": reason},
            )
            return tx.attempt

    async def give_time_to_all(
        self, exam_id: str, *, seconds: float, reason: str, staff_id: str, request_id: str | None = None
    ) -> GivenToAll:
        """Give the time to everybody who is live or paused now, each in a transaction of its own.

        With a request_id it can be asked again after a fault: nobody gets it twice.
        """
        given, refused = 0, 0
        for attempt in await self.store.attempts_of_exam(exam_id):
            if attempt.state not in _RUNNING:
                continue
            try:
                await self.give_time(
                    attempt.id, seconds=seconds, reason=reason, staff_id=staff_id, request_id=request_id
                )
                given += 1
            except ExamhallError as error:
                if error.kind is not ErrorKind.CONFLICT:
                    raise
                refused += 1
        return GivenToAll(given, refused)

    async def _pause(self, tx: AttemptTx, by: str, reason: str, now_ms: int) -> None:
        state = next_state(tx.attempt.state, AttemptAction.PAUSE)
        said = None if by in {BY_POLICY, BY_CANDIDATE} else reason.strip() or None
        await tx.save_attempt(replace(tx.attempt, state=state, paused_at=now_ms, paused_by=by, reason=said))
        await tx.log(Entry.PAUSED, {"by": by, "reason": reason})

    async def _exam_of(self, attempt_id: str) -> ExamRecord:
        return await self.store.exam((await self.store.attempt(attempt_id)).exam_id)

    async def _revision(self, attempt: AttemptRecord, exam: ExamRecord) -> PolicyRevisionRecord:
        return await self.store.policy_revision(attempt.policy_revision_id or exam.policy_revision_id)


async def start(tx: AttemptTx, exam: ExamRecord, by: str, now_ms: int) -> None:
    """Waiting becomes live and the clock starts.

    Raises `exam_not_open`, `exam_closed` outside the window, `consent_missing`.
    """
    state = next_state(tx.attempt.state, AttemptAction.START)
    _require_consent(tx.attempt)
    if now_ms < exam.opens_at:
        raise ExamhallError(
            ErrorKind.CONFLICT, "exam_not_open", "The exam is not open yet; it starts with its window."
        )
    _refuse_when_closed(exam, tx.attempt, now_ms)
    await tx.save_attempt(replace(tx.attempt, state=state, live_at=now_ms))
    await tx.log(Entry.STARTED, {"by": by})


async def finish(tx: AttemptTx, ids: Ids, action: AttemptAction, now_ms: int, reason: str = "") -> None:
    """Submit, end or expire: nothing is paused, raised or asked any more."""
    state = next_state(tx.attempt.state, action)
    await settle_pause(tx, ids, now_ms)
    await tx.save_attempt(
        replace(
            tx.attempt,
            state=state,
            over_at=now_ms,
            paused_at=None,
            paused_by=None,
            reason=reason.strip() or None,
            hand_raised_at=None,
        )
    )


async def settle_pause(tx: AttemptTx, ids: Ids, now_ms: int) -> None:
    """Give back the pause that stands now, if one does."""
    if tx.attempt.paused_at is not None:
        given = cards.ledger(await tx.credits())
        await give_back(tx, ids, pause_credits(tx.attempt.paused_at, now_ms, given))


async def give_back(tx: AttemptTx, ids: Ids, credits_: Iterable[Credit]) -> float:
    """Write automatic credits into the ledger and the log; return the seconds of all."""
    total_s = 0.0
    for credit in credits_:
        await _give_back(tx, ids, credit)
        total_s += credit.seconds
    return total_s


async def _give_back(tx: AttemptTx, ids: Ids, credit: Credit) -> None:
    await tx.add_credit(
        CreditRecord(
            ids.new_id(),
            tx.attempt.id,
            credit.seconds,
            credit.reason.value,
            credit.note,
            None,
            credit.at_ms,
        )
    )
    await tx.log(
        Entry.CREDIT_GIVEN,
        {"by": BY_CLOCK, "seconds": credit.seconds, "reason": credit.reason.value, "note": credit.note},
    )


def _require_consent(attempt: AttemptRecord) -> None:
    if attempt.consented_at is None:
        raise ExamhallError(
            ErrorKind.CONFLICT,
            "consent_missing",
            "The candidate has not consented to the notice, or has withdrawn; it can only go on with consent.",
        )


def _refuse_when_closed(exam: ExamRecord, attempt: AttemptRecord, now_ms: int) -> None:
    if attempt.live_at is None and now_ms >= exam.closes_at:
        raise ExamhallError(
            ErrorKind.CONFLICT, "exam_closed", "The exam's window is over; ask your examiner for another one."
        )


def _credit_id(request_id: str, attempt_id: str) -> str:
    """The same request gives the same credit: asked again, it is found."""
    return hashlib.sha256(f"{request_id}/{attempt_id}".encode()).hexdigest()[:32]


def _refuse_to_take(
    attempt: AttemptRecord, exam: ExamRecord, after: Sequence[CreditRecord], now_ms: int
) -> None:
    """What the machine gave back stays, and nobody is thrown out by a correction."""
    if credited_s(cards.ledger(after), CreditReason.PROCTOR) < 0:
        raise ExamhallError(
            ErrorKind.CONFLICT,
            "credit_not_given",
            "No more can be taken back than proctors have given; what was given back by itself stays.",
        )
    end = cards.deadline(attempt, exam, after)
    if end is not None and end - (attempt.paused_at or now_ms) < _LEFT_AT_LEAST_MS:
        raise ExamhallError(
            ErrorKind.CONFLICT,
            "credit_ends_attempt",
            "That would leave less than a minute. End the attempt instead, if that is meant.",
        )
