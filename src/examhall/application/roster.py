"""Who sits an exam: add one, paste many, links, remove."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from examhall.application.invites import Invites
from examhall.application.ports.bus import Bus
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.exam_store import CandidateRecord, NewCandidateRecord, RosterStore
from examhall.application.roster_csv import CandidateDraft, RowError, parse_roster
from examhall.domain.attempt import AttemptState
from examhall.domain.errors import ErrorKind, ExamhallError

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_CANDIDATES_AT_MOST = 5000
_NOT_STARTED = frozenset({AttemptState.INVITED, AttemptState.CHECKING_IN, AttemptState.WAITING})


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A candidate and their link; an empty link when it was revoked."""

    candidate: CandidateRecord
    link: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Import:
    added: Sequence[RosterLine]
    would_add: int
    errors: Sequence[RowError]


@dataclass(frozen=True, slots=True)
class CandidateChange:
    """Only what is not None changes; an empty address or reference takes it away."""

    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    ref: str | None = field(default=None, repr=False)
    extra_time_s: int | None = None


class Roster:
    """The use cases around an exam's candidates."""

    def __init__(self, store: RosterStore, invites: Invites, clock: Clock, ids: Ids, bus: Bus) -> None:
        self._store = store
        self._invites = invites
        self._clock = clock
        self._ids = ids
        self._bus = bus

    async def candidates(self, exam_id: str) -> Sequence[RosterLine]:
        return [self._line(one) for one in await self._store.candidates(exam_id)]

    async def add(self, exam_id: str, draft: CandidateDraft) -> RosterLine:
        """Add one. Raises `candidate_exists`."""

        def check(there: Sequence[CandidateRecord]) -> Sequence[NewCandidateRecord]:
            errors = find_errors([draft], there)
            if errors:
                raise ExamhallError(ErrorKind.CONFLICT, "candidate_exists", errors[0].message)
            return [self._new(draft)]

        added = await self._store.add(exam_id, check, self._clock.now_ms())
        await self._tell(exam_id)
        return self._line(added[0])

    async def import_csv(self, exam_id: str, text: str, *, dry_run: bool) -> Import:
        """Add every row, or none when any row is wrong; then `errors` says which and why."""
        drafts, errors = parse_roster(text)
        errors = [*errors, *find_errors(drafts, await self._store.candidates(exam_id))]
        if errors or dry_run or not drafts:
            ordered = sorted(errors, key=lambda error: error.row)
            return Import((), len(drafts) if not errors else 0, ordered)

        def check(there: Sequence[CandidateRecord]) -> Sequence[NewCandidateRecord]:
            late = find_errors(drafts, there)
            if late:  # somebody else added them a moment ago
                raise ExamhallError(ErrorKind.CONFLICT, "candidate_exists", late[0].message)
            return [self._new(draft) for draft in drafts]

        added = await self._store.add(exam_id, check, self._clock.now_ms())
        await self._tell(exam_id)
        return Import([self._line(one) for one in added], len(added), ())

    async def change(self, exam_id: str, attempt_id: str, change: CandidateChange) -> RosterLine:
        """Correct who they are, or the extra time they get.

        Raises `candidate_exists`, `candidate_invalid`, and `attempt_started`: time that is given during the
        exam has its reason in the ledger of credits.
        """

        def changed(before: CandidateRecord, others: Sequence[CandidateRecord]) -> CandidateRecord:
            after = _apply(before, change)
            if after.extra_time_s != before.extra_time_s and before.state not in _NOT_STARTED:
                raise ExamhallError(
                    ErrorKind.CONFLICT,
                    "attempt_started",
                    "The exam has started for this candidate; a proctor can give time on the wall.",
                )
            _require_fitting(after, others)
            return after

        line = self._line(await self._store.change(exam_id, attempt_id, changed, self._clock.now_ms()))
        await self._tell(exam_id)
        await self._bus.publish(f"attempt/{attempt_id}", "state")  # its clock may have moved
        return line

    async def remove(self, exam_id: str, attempt_id: str) -> None:
        """Remove a candidate who never came. Raises `candidate_has_come`."""
        await self._store.candidate(exam_id, attempt_id)
        if not await self._store.remove(exam_id, attempt_id, self._clock.now_ms()):
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "candidate_has_come",
                "This candidate has opened the exam; the record stays. Revoke the link or end the attempt.",
            )
        await self._tell(exam_id)

    async def new_link(self, exam_id: str, attempt_id: str) -> RosterLine:
        """A new link; the one before stops working."""
        await self._store.candidate(exam_id, attempt_id)
        await self._store.new_invite(exam_id, attempt_id, self._ids.new_id(), self._clock.now_ms())
        await self._bus.publish(f"attempt/{attempt_id}", "rights")
        return self._line(await self._store.candidate(exam_id, attempt_id))

    async def revoke_link(self, exam_id: str, attempt_id: str) -> None:
        """No link opens the attempt any more."""
        await self._store.candidate(exam_id, attempt_id)
        await self._store.revoke_invites(attempt_id, self._clock.now_ms())
        await self._bus.publish(f"attempt/{attempt_id}", "rights")

    def _new(self, draft: CandidateDraft) -> NewCandidateRecord:
        return NewCandidateRecord(
            self._ids.new_id(), self._ids.new_id(), draft.name, draft.email, draft.ref, draft.extra_time_s
        )

    def _line(self, one: CandidateRecord) -> RosterLine:
        if one.invite_id is None:
            return RosterLine(one, "")
        return RosterLine(one, self._invites.link(one.invite_id, one.attempt_id, one.invite_expires_at))

    async def _tell(self, exam_id: str) -> None:
        await self._bus.publish(f"exam/{exam_id}", "updates")


def _apply(before: CandidateRecord, change: CandidateChange) -> CandidateRecord:
    return replace(
        before,
        name=before.name if change.name is None else change.name,
        email=before.email if change.email is None else change.email or None,
        ref=before.ref if change.ref is None else change.ref or None,
        extra_time_s=before.extra_time_s if change.extra_time_s is None else change.extra_time_s,
    )


def _require_fitting(after: CandidateRecord, others: Sequence[CandidateRecord]) -> None:
    draft = CandidateDraft(after.name, after.email, after.ref, after.extra_time_s)
    for error in find_errors([draft], others):
        if "in this exam already" in error.message:
            raise ExamhallError(ErrorKind.CONFLICT, "candidate_exists", error.message)
        raise ExamhallError(ErrorKind.INVALID, "candidate_invalid", error.message)


def find_errors(drafts: Sequence[CandidateDraft], there: Sequence[CandidateRecord]) -> list[RowError]:
    """What is wrong with each row: nobody may be in an exam twice, by address or by reference."""
    if len(drafts) + len(there) > _CANDIDATES_AT_MOST:
        return [RowError(1, None, f"An exam holds at most {_CANDIDATES_AT_MOST} candidates.")]
    emails = {_same(one.email): "in this exam already" for one in there if one.email}
    refs = {_same(one.ref): "in this exam already" for one in there if one.ref}
    errors = []
    for draft in drafts:
        if not draft.name:
            errors.append(RowError(draft.row, "name", "The name is missing."))
        if draft.email:
            if not _EMAIL.fullmatch(draft.email):
                errors.append(RowError(draft.row, "email", "This is not an e-mail address."))
            elif _same(draft.email) in emails:
                where = emails[_same(draft.email)]
                errors.append(RowError(draft.row, "email", f"This e-mail address is {where}."))
            emails.setdefault(_same(draft.email), f"in line {draft.row} too")
        if draft.ref:
            if _same(draft.ref) in refs:
                errors.append(RowError(draft.row, "ref", f"This reference is {refs[_same(draft.ref)]}."))
            refs.setdefault(_same(draft.ref), f"in line {draft.row} too")
    return errors


def _same(text: str) -> str:
    return text.casefold()
