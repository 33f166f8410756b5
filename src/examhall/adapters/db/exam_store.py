"""Exams and their policy revisions."""

from collections.abc import Callable, Sequence
from typing import cast

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from examhall.adapters.db import rows
from examhall.adapters.db.conflicts import retried
from examhall.adapters.db.engine import Database, hold
from examhall.adapters.db.outbox import add_line, add_lines
from examhall.adapters.db.tables import (
    AttemptRow,
    ExamRow,
    ExamStaffRow,
    IncidentRow,
    InviteRow,
    PolicyRevisionRow,
)
from examhall.application.identity import Role
from examhall.application.ports.attempt_store import ExamRecord, PolicyRevisionRecord, UpdateKind
from examhall.application.ports.exam_store import ExamCounts, ExamListing
from examhall.domain.attempt import OVER, AttemptState
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.incident import Verdict
from examhall.domain.policy import Policy

_NOBODY = ExamCounts(0, 0, 0, 0, 0, 0)


class DbExamStore:
    """Implements `application.ports.exam_store.ExamStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def add_exam(self, exam: ExamRecord, policy: Policy, created_by: str, at_ms: int) -> None:
        async with self._database.write() as session:
            session.add(
                ExamRow(
                    id=exam.id,
                    title=exam.title,
                    instructions=exam.instructions,
                    content_mode=exam.content_mode,
                    content_text=exam.content_text,
                    content_url=exam.content_url,
                    opens_at=exam.opens_at,
                    closes_at=exam.closes_at,
                    duration_s=exam.duration_s,
                    link_hours=exam.link_hours,
                    policy_revision_id=exam.policy_revision_id,
                    created_by=created_by,
                    created_at=at_ms,
                )
            )
            await session.flush()
            session.add(_revision(exam.policy_revision_id, exam.id, 1, policy, created_by, at_ms))
            await add_line(session, exam.id, UpdateKind.EXAM, exam.id, at_ms)

    async def exam(self, exam_id: str) -> ExamRecord:
        async with self._database.read() as session:
            return await _read(session, exam_id)

    async def attempt_ids(self, exam_id: str) -> Sequence[str]:
        async with self._database.read() as session:
            return (await session.scalars(select(AttemptRow.id).where(AttemptRow.exam_id == exam_id))).all()

    @retried
    async def change_exam(
        self, exam_id: str, change: Callable[[ExamRecord], ExamRecord], at_ms: int
    ) -> ExamRecord:
        async with self._database.write() as session:
            await hold(session, f"exam {exam_id}")
            before = await _read(session, exam_id)
            after = change(before)
            retimed = (before.closes_at, before.duration_s) != (after.closes_at, after.duration_s)
            if retimed or before.link_hours != after.link_hours:
                attempts = select(AttemptRow.id).where(AttemptRow.exam_id == exam_id)
                await session.execute(
                    update(InviteRow)
                    .where(InviteRow.attempt_id.in_(attempts))
                    .values(expires_at=_links_end(after))
                )
            await session.execute(
                update(ExamRow)
                .where(ExamRow.id == exam_id)
                .values(
                    title=after.title,
                    instructions=after.instructions,
                    content_mode=after.content_mode,
                    content_text=after.content_text,
                    content_url=after.content_url,
                    opens_at=after.opens_at,
                    closes_at=after.closes_at,
                    duration_s=after.duration_s,
                    link_hours=after.link_hours,
                    archived_at=after.archived_at,
                )
            )
            await add_line(session, exam_id, UpdateKind.EXAM, exam_id, at_ms)
            if retimed:
                await _tell_attempts(session, exam_id, at_ms, unpinned_only=False)
            return after

    async def listings(self, user_id: str | None) -> Sequence[ExamListing]:
        async with self._database.read() as session:
            query = select(ExamRow.__table__, ExamStaffRow.role.label("my_role")).outerjoin(
                ExamStaffRow, (ExamStaffRow.exam_id == ExamRow.id) & (ExamStaffRow.user_id == user_id)
            )
            if user_id is not None:
                query = query.where(ExamStaffRow.user_id == user_id)
            found = (await session.execute(query.order_by(ExamRow.opens_at.desc(), ExamRow.id))).mappings()
            counts = await _counts(session, None)
            return [
                ExamListing(
                    rows.exam(row),
                    counts.get(row["id"], _NOBODY),
                    "admin" if user_id is None else cast("Role", row["my_role"]),
                )
                for row in found
            ]

    async def counts(self, exam_id: str) -> ExamCounts:
        async with self._database.read() as session:
            return (await _counts(session, exam_id)).get(exam_id, _NOBODY)

    async def policy(self, exam_id: str) -> PolicyRevisionRecord:
        async with self._database.read() as session:
            exam = await _read(session, exam_id)
            row = (
                await session.execute(
                    select(PolicyRevisionRow.__table__).where(PolicyRevisionRow.id == exam.policy_revision_id)
                )
            ).mappings()
            return rows.policy_revision(row.one())

    @retried
    async def set_policy(
        self, exam_id: str, revision_id: str, policy: Policy, created_by: str, at_ms: int
    ) -> PolicyRevisionRecord:
        async with self._database.write() as session:
            await hold(session, f"exam {exam_id}")
            await _read(session, exam_id)
            last = await session.scalar(
                select(func.max(PolicyRevisionRow.number)).where(PolicyRevisionRow.exam_id == exam_id)
            )
            number = (last or 0) + 1
            session.add(_revision(revision_id, exam_id, number, policy, created_by, at_ms))
            await session.flush()
            await session.execute(
                update(ExamRow).where(ExamRow.id == exam_id).values(policy_revision_id=revision_id)
            )
            await add_line(session, exam_id, UpdateKind.EXAM, exam_id, at_ms)
            await _tell_attempts(session, exam_id, at_ms, unpinned_only=True)
            return PolicyRevisionRecord(revision_id, number, policy)


def _links_end(exam: ExamRecord) -> ColumnElement[int] | int:
    """When the exam closes, or so many hours after a link was made if that is earlier."""
    if exam.link_hours is None:
        return exam.closes_at
    after_hours = InviteRow.created_at + exam.link_hours * 3_600_000
    return case((after_hours < exam.closes_at, after_hours), else_=exam.closes_at)


def _revision(
    revision_id: str, exam_id: str, number: int, policy: Policy, created_by: str, at_ms: int
) -> PolicyRevisionRow:
    return PolicyRevisionRow(
        id=revision_id,
        exam_id=exam_id,
        number=number,
        body=rows.policy_body(policy),
        created_by=created_by,
        created_at=at_ms,
    )


async def _read(session: AsyncSession, exam_id: str) -> ExamRecord:
    found = await session.execute(select(ExamRow.__table__).where(ExamRow.id == exam_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise ExamhallError(ErrorKind.NOT_FOUND, "exam_not_found", "There is no such exam.")
    return rows.exam(row)


async def _tell_attempts(session: AsyncSession, exam_id: str, at_ms: int, *, unpinned_only: bool) -> None:
    """Cards show clocks and risk, which are made from the exam and its policy."""
    query = select(AttemptRow.id).where(AttemptRow.exam_id == exam_id).order_by(AttemptRow.number)
    if unpinned_only:
        query = query.where(AttemptRow.policy_revision_id.is_(None))
    told = [(UpdateKind.ATTEMPT, attempt_id) for attempt_id in await session.scalars(query)]
    await add_lines(session, exam_id, told, at_ms)


async def _counts(session: AsyncSession, exam_id: str | None) -> dict[str, ExamCounts]:
    def in_states(*states: AttemptState) -> ColumnElement[int]:
        return func.sum(case((AttemptRow.state.in_([state.value for state in states]), 1), else_=0))

    attempts = select(
        AttemptRow.exam_id,
        func.count(),
        in_states(AttemptState.LIVE),
        in_states(AttemptState.WAITING),
        in_states(AttemptState.PAUSED),
        in_states(*OVER),
    ).group_by(AttemptRow.exam_id)
    incidents = (
        select(AttemptRow.exam_id, func.count())
        .join(IncidentRow, IncidentRow.attempt_id == AttemptRow.id)
        .where(IncidentRow.verdict.in_([Verdict.UNDECIDED.value, Verdict.SECOND_LOOK.value]))
        .group_by(AttemptRow.exam_id)
    )
    if exam_id is not None:
        attempts = attempts.where(AttemptRow.exam_id == exam_id)
        incidents = incidents.where(AttemptRow.exam_id == exam_id)
    undecided = dict((await session.execute(incidents)).all())
    return {
        of: ExamCounts(candidates, live, waiting, paused, over, undecided.get(of, 0))
        for of, candidates, live, waiting, paused, over in (await session.execute(attempts))
    }
