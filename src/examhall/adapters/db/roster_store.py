"""The roster of an exam, invite links, and the cookies that candidates got for them."""

from collections.abc import Callable, Sequence

from sqlalchemy import Select, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from examhall.adapters.db.conflicts import delete_free, retried
from examhall.adapters.db.engine import Database, hold
from examhall.adapters.db.outbox import add_line, add_lines
from examhall.adapters.db.rows import table_of
from examhall.adapters.db.tables import AttemptRow, CandidateSessionRow, ExamRow, InviteRow, RosterPhotoRow
from examhall.application.ports.attempt_store import UpdateKind
from examhall.application.ports.exam_store import CandidateRecord, InviteRecord, NewCandidateRecord
from examhall.domain.attempt import AttemptState
from examhall.domain.errors import ErrorKind, ExamhallError


class DbRosterStore:
    """Implements `application.ports.exam_store.RosterStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def candidates(self, exam_id: str) -> Sequence[CandidateRecord]:
        async with self._database.read() as session:
            return await _candidates(session, exam_id)

    async def candidate(self, exam_id: str, attempt_id: str) -> CandidateRecord:
        async with self._database.read() as session:
            found = await session.execute(_lines(exam_id).where(AttemptRow.id == attempt_id))
            row = found.one_or_none()
        if row is None:
            raise _not_found()
        attempt, invite, has_photo = row
        return _candidate(attempt, invite, has_photo=has_photo)

    @retried
    async def add(
        self,
        exam_id: str,
        check: Callable[[Sequence[CandidateRecord]], Sequence[NewCandidateRecord]],
        at_ms: int,
    ) -> Sequence[CandidateRecord]:
        async with self._database.write() as session:
            await hold(session, f"exam {exam_id}")
            new = check(await _candidates(session, exam_id))
            exam = await session.get_one(ExamRow, exam_id)
            ends_at = _link_ends(exam, at_ms)
            last = await session.scalar(
                select(func.max(AttemptRow.number)).where(AttemptRow.exam_id == exam_id)
            )
            session.add_all(
                AttemptRow(
                    id=candidate.attempt_id,
                    exam_id=exam_id,
                    number=number,
                    candidate_name=candidate.name,
                    candidate_email=candidate.email,
                    candidate_ref=candidate.ref,
                    extra_time_s=candidate.extra_time_s,
                    state=AttemptState.INVITED.value,
                    created_at=at_ms,
                )
                for number, candidate in enumerate(new, (last or 0) + 1)
            )
            await session.flush()
            session.add_all(
                InviteRow(
                    id=candidate.invite_id,
                    attempt_id=candidate.attempt_id,
                    expires_at=ends_at,
                    created_at=at_ms,
                )
                for candidate in new
            )
            await session.flush()
            told = [(UpdateKind.ATTEMPT, candidate.attempt_id) for candidate in new]
            await add_lines(session, exam_id, told, at_ms)
            added = {candidate.attempt_id for candidate in new}
            return [one for one in await _candidates(session, exam_id) if one.attempt_id in added]

    @retried
    async def change(
        self,
        exam_id: str,
        attempt_id: str,
        change: Callable[[CandidateRecord, Sequence[CandidateRecord]], CandidateRecord],
        at_ms: int,
    ) -> CandidateRecord:
        async with self._database.write() as session:
            await hold(session, f"exam {exam_id}")
            everybody = await _candidates(session, exam_id)
            before = next((one for one in everybody if one.attempt_id == attempt_id), None)
            if before is None:
                raise _not_found()
            after = change(before, [one for one in everybody if one is not before])
            await session.execute(
                update(AttemptRow)
                .where(AttemptRow.id == attempt_id)
                .values(
                    candidate_name=after.name,
                    candidate_email=after.email,
                    candidate_ref=after.ref,
                    extra_time_s=after.extra_time_s,
                )
            )
            await add_line(session, exam_id, UpdateKind.ATTEMPT, attempt_id, at_ms)
            return after

    @retried
    async def remove(self, exam_id: str, attempt_id: str, at_ms: int) -> bool:
        async with self._database.write() as session:
            removed = await session.scalar(
                delete(AttemptRow)
                .where(
                    AttemptRow.id == attempt_id,
                    AttemptRow.exam_id == exam_id,
                    AttemptRow.state == AttemptState.INVITED.value,
                )
                .returning(AttemptRow.id)
            )
            if removed is not None:
                await add_line(session, exam_id, UpdateKind.ATTEMPT, attempt_id, at_ms)
            return removed is not None

    @retried
    async def new_invite(self, exam_id: str, attempt_id: str, invite_id: str, at_ms: int) -> None:
        async with self._database.write() as session:
            await hold(session, f"exam {exam_id}")
            exam = await session.get_one(ExamRow, exam_id)
            await _revoke(session, attempt_id, at_ms)
            session.add(
                InviteRow(
                    id=invite_id,
                    attempt_id=attempt_id,
                    expires_at=_link_ends(exam, at_ms),
                    created_at=at_ms,
                )
            )

    @retried
    async def revoke_invites(self, attempt_id: str, at_ms: int) -> None:
        async with self._database.write() as session:
            await _revoke(session, attempt_id, at_ms)
            await session.execute(
                delete(CandidateSessionRow).where(CandidateSessionRow.attempt_id == attempt_id)
            )

    async def invite(self, invite_id: str) -> InviteRecord | None:
        async with self._database.read() as session:
            found = await session.execute(
                select(InviteRow, AttemptRow, ExamRow)
                .join(AttemptRow, AttemptRow.id == InviteRow.attempt_id)
                .join(ExamRow, ExamRow.id == AttemptRow.exam_id)
                .where(InviteRow.id == invite_id)
            )
            row = found.one_or_none()
        if row is None:
            return None
        invite, attempt, exam = row
        return InviteRecord(
            id=invite.id,
            attempt_id=invite.attempt_id,
            expires_at=invite.expires_at,
            revoked_at=invite.revoked_at,
            attempt_state=AttemptState(attempt.state),
            exam_closes_at=exam.closes_at,
            exam_archived=exam.archived_at is not None,
            extra_time_s=attempt.extra_time_s,
        )

    @retried
    async def add_candidate_session(
        self, token_hash: str, attempt_id: str, created_at: int, expires_at: int
    ) -> None:
        async with self._database.write() as session:
            expired = CandidateSessionRow.expires_at < created_at
            await delete_free(session, table_of(CandidateSessionRow), expired)
            session.add(
                CandidateSessionRow(
                    token_hash=token_hash,
                    attempt_id=attempt_id,
                    created_at=created_at,
                    expires_at=expires_at,
                )
            )


def _lines(exam_id: str) -> Select[AttemptRow, InviteRow, bool]:
    has_photo = exists().where(RosterPhotoRow.attempt_id == AttemptRow.id).correlate(AttemptRow)
    return (
        select(AttemptRow, InviteRow, has_photo)
        .outerjoin(InviteRow, (InviteRow.attempt_id == AttemptRow.id) & InviteRow.revoked_at.is_(None))
        .where(AttemptRow.exam_id == exam_id)
        .order_by(AttemptRow.number)
    )


async def _candidates(session: AsyncSession, exam_id: str) -> list[CandidateRecord]:
    found = await session.execute(_lines(exam_id))
    return [_candidate(attempt, invite, has_photo=photo) for attempt, invite, photo in found]


def _candidate(attempt: AttemptRow, invite: InviteRow | None, *, has_photo: bool) -> CandidateRecord:
    return CandidateRecord(
        attempt_id=attempt.id,
        exam_id=attempt.exam_id,
        number=attempt.number,
        name=attempt.candidate_name,
        email=attempt.candidate_email,
        ref=attempt.candidate_ref,
        extra_time_s=attempt.extra_time_s,
        state=AttemptState(attempt.state),
        invite_id=invite.id if invite else None,
        invite_expires_at=invite.expires_at if invite else 0,
        has_photo=has_photo,
    )


def _link_ends(exam: ExamRow, made_at: int) -> int:
    """When the exam closes, or so many hours after the link was made if that is earlier."""
    if exam.link_hours is None:
        return exam.closes_at
    return min(exam.closes_at, made_at + exam.link_hours * 3_600_000)


def _not_found() -> ExamhallError:
    return ExamhallError(
        ErrorKind.NOT_FOUND, "attempt_not_found", "This exam has no such candidate; it may be removed."
    )


async def _revoke(session: AsyncSession, attempt_id: str, at_ms: int) -> None:
    await session.execute(
        update(InviteRow)
        .where(InviteRow.attempt_id == attempt_id, InviteRow.revoked_at.is_(None))
        .values(revoked_at=at_ms)
    )
