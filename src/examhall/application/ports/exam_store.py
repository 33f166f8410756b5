"""The ports to what is stored of exams and of who sits them. Every call is one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from examhall.application.identity import Role
from examhall.application.ports.attempt_store import ExamRecord, PolicyRevisionRecord
from examhall.domain.attempt import AttemptState
from examhall.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class ExamCounts:
    candidates: int
    live: int
    waiting: int
    paused: int
    over: int
    undecided_incidents: int


@dataclass(frozen=True, slots=True)
class ExamListing:
    """An exam as somebody's list shows it."""

    exam: ExamRecord
    counts: ExamCounts
    my_role: Role


class ExamStore(Protocol):
    """Changes write their outbox lines: what a monitor page shows of the exam and of its attempts' clocks."""

    async def add_exam(self, exam: ExamRecord, policy: Policy, created_by: str, at_ms: int) -> None:
        """The exam and its first policy revision, whose id is `exam.policy_revision_id`."""
        ...

    async def exam(self, exam_id: str) -> ExamRecord:
        """Raises `ExamhallError` `exam_not_found`."""
        ...

    async def change_exam(
        self, exam_id: str, change: Callable[[ExamRecord], ExamRecord], at_ms: int
    ) -> ExamRecord:
        """Read, change and write in one transaction; invite links follow the window's end."""
        ...

    async def attempt_ids(self, exam_id: str) -> Sequence[str]: ...

    async def listings(self, user_id: str | None) -> Sequence[ExamListing]:
        """The exams of a staff member, newest window first; None: all of them, as admin."""
        ...

    async def counts(self, exam_id: str) -> ExamCounts: ...

    async def policy(self, exam_id: str) -> PolicyRevisionRecord: ...

    async def set_policy(
        self, exam_id: str, revision_id: str, policy: Policy, created_by: str, at_ms: int
    ) -> PolicyRevisionRecord:
        """A new revision; attempts that are checked in keep theirs."""
        ...


@dataclass(frozen=True, slots=True)
class CandidateRecord:
    """One line of the roster. `invite_id` None: no link that works."""

    attempt_id: str
    exam_id: str
    number: int
    name: str = field(repr=False)
    email: str | None = field(repr=False)
    ref: str | None = field(repr=False)
    extra_time_s: int
    state: AttemptState
    invite_id: str | None
    invite_expires_at: int
    has_photo: bool = False  # a reference photo for the check-in


@dataclass(frozen=True, slots=True)
class NewCandidateRecord:
    attempt_id: str
    invite_id: str
    name: str = field(repr=False)
    email: str | None = field(repr=False)
    ref: str | None = field(repr=False)
    extra_time_s: int


@dataclass(frozen=True, slots=True)
class InviteRecord:
    id: str
    attempt_id: str
    expires_at: int
    revoked_at: int | None
    attempt_state: AttemptState
    exam_closes_at: int
    exam_archived: bool
    extra_time_s: int


class RosterStore(Protocol):
    """Who sits an exam, and the links that let them in."""

    async def candidates(self, exam_id: str) -> Sequence[CandidateRecord]:
        """By number."""
        ...

    async def candidate(self, exam_id: str, attempt_id: str) -> CandidateRecord:
        """Raises `ExamhallError` `attempt_not_found`, also when it belongs to another exam."""
        ...

    async def add(
        self,
        exam_id: str,
        check: Callable[[Sequence[CandidateRecord]], Sequence[NewCandidateRecord]],
        at_ms: int,
    ) -> Sequence[CandidateRecord]:
        """Add what `check` returns for those who are there already; all or nothing."""
        ...

    async def change(
        self,
        exam_id: str,
        attempt_id: str,
        change: Callable[[CandidateRecord, Sequence[CandidateRecord]], CandidateRecord],
        at_ms: int,
    ) -> CandidateRecord:
        """Write the name, address, reference and extra time that `change` makes of one and the others.

        Raises `ExamhallError` `attempt_not_found`.
        """
        ...

    async def remove(self, exam_id: str, attempt_id: str, at_ms: int) -> bool:
        """Remove a candidate who never came; False when they did."""
        ...

    async def new_invite(self, exam_id: str, attempt_id: str, invite_id: str, at_ms: int) -> None:
        """Revoke the links before, make this one."""
        ...

    async def revoke_invites(self, attempt_id: str, at_ms: int) -> None:
        """No link opens the attempt any more, and whoever came by one is out."""
        ...

    async def invite(self, invite_id: str) -> InviteRecord | None: ...

    async def add_candidate_session(
        self, token_hash: str, attempt_id: str, created_at: int, expires_at: int
    ) -> None: ...
