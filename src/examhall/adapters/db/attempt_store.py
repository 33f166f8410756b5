"""What is stored of attempts, in SQL: `AttemptStore` on SQLite and PostgreSQL."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

from sqlalchemy import RowMapping, Select, and_, func, insert, or_, select, update

from examhall.adapters.db import attempt_tx, outbox, rows
from examhall.adapters.db.engine import Database
from examhall.application.ports.attempt_store import (
    AttemptRecord,
    AttemptTx,
    ChatRecord,
    CreditRecord,
    EvidenceRecord,
    ExamRecord,
    IdentityTemplateRecord,
    IncidentRecord,
    LogRecord,
    OutboxLine,
    PolicyRevisionRecord,
    WarningRecord,
)
from examhall.application.ports.bus import Bus
from examhall.application.ports.clock import Clock, Ids
from examhall.domain.attempt import AttemptState
from examhall.domain.chain import ChainHead
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.policy import Policy

R = TypeVar("R")

_NOT_YET_LIVE = (AttemptState.INVITED.value, AttemptState.CHECKING_IN.value, AttemptState.WAITING.value)
_CLOSES_WITH_WINDOW = (*_NOT_YET_LIVE, AttemptState.PAUSED.value)
_RUNNING = tuple(
    s.value for s in (AttemptState.CHECKING_IN, AttemptState.WAITING, AttemptState.LIVE, AttemptState.PAUSED)
)


def not_found(what: str) -> ExamhallError:
    return ExamhallError(
        ErrorKind.NOT_FOUND, f"{what}_not_found", f"There is no such {what.replace('_', ' ')}."
    )


class SqlAttemptStore:
    """See `AttemptStore`. `outbox_kept`: lines kept per exam."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, ids: Ids, *, outbox_kept: int = outbox.OUTBOX_KEPT
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._ids = ids
        self._outbox_kept = outbox_kept
        self._policies: dict[str, PolicyRevisionRecord] = {}  # immutable, so never stale

    @property
    def out_of_breath(self) -> bool:
        return self._database.out_of_breath

    def begin(self, attempt_id: str, *, epoch: int | None = None) -> AbstractAsyncContextManager[AttemptTx]:
        return self._begin(attempt_id, epoch)

    @asynccontextmanager
    async def _begin(self, attempt_id: str, epoch: int | None) -> AsyncIterator[AttemptTx]:
        async with self._database.write() as session:
            tx = await attempt_tx.SqlAttemptTx.hold(session, self._clock, self._ids, attempt_id, epoch)
            yield tx
            await tx.finish(self._outbox_kept)
        if tx.told:
            await self._bus.publish(f"exam/{tx.attempt.exam_id}", "updates")
        for key in sorted(tx.wakes):
            await self._bus.publish(f"attempt/{attempt_id}", key)

    async def attempt(self, attempt_id: str) -> AttemptRecord:
        row = await self._first(select(rows.ATTEMPT).where(rows.ATTEMPT.c.id == attempt_id))
        if row is None:
            raise attempt_tx.attempt_not_found()
        return rows.attempt(row)

    async def attempts_of_exam(self, exam_id: str) -> Sequence[AttemptRecord]:
        table = rows.ATTEMPT
        query = select(table).where(table.c.exam_id == exam_id).order_by(table.c.number)
        return await self._all(query, rows.attempt)

    async def attempts_running(self) -> Sequence[AttemptRecord]:
        query = select(rows.ATTEMPT).where(rows.ATTEMPT.c.state.in_(_RUNNING)).order_by(rows.ATTEMPT.c.id)
        return await self._all(query, rows.attempt)

    async def attempts_left(self, servers: Collection[str]) -> Sequence[AttemptRecord]:
        attempt = rows.ATTEMPT.c
        query = select(rows.ATTEMPT).where(
            attempt.state.in_(_RUNNING),
            attempt.owner_id.is_not(None),
            attempt.owner_id.not_in(sorted(servers)),
        )
        return await self._all(query, rows.attempt)

    async def attempts_due(self, now_ms: int) -> Sequence[AttemptRecord]:
        attempt, exam = rows.ATTEMPT.c, rows.EXAM.c
        nominal_end = attempt.live_at + (exam.duration_s + attempt.extra_time_s) * 1000
        query = (
            select(rows.ATTEMPT)
            .join(rows.EXAM, exam.id == attempt.exam_id)
            .where(
                or_(
                    and_(
                        attempt.state == AttemptState.LIVE.value,
                        or_(nominal_end <= now_ms, exam.closes_at <= now_ms),
                    ),
                    and_(attempt.state.in_(_CLOSES_WITH_WINDOW), exam.closes_at <= now_ms),
                    and_(attempt.state == AttemptState.WAITING.value, exam.opens_at <= now_ms),
                )
            )
            .order_by(attempt.id)
        )
        return await self._all(query, rows.attempt)

    async def exam(self, exam_id: str) -> ExamRecord:
        row = await self._first(select(rows.EXAM).where(rows.EXAM.c.id == exam_id))
        if row is None:
            raise not_found("exam")
        return rows.exam(row)

    async def policy_revision(self, revision_id: str) -> PolicyRevisionRecord:
        known = self._policies.get(revision_id)
        if known is not None:
            return known
        row = await self._first(select(rows.POLICY_REVISION).where(rows.POLICY_REVISION.c.id == revision_id))
        if row is None:
            raise not_found("policy_revision")
        self._policies[revision_id] = rows.policy_revision(row)
        return self._policies[revision_id]

    async def policy(self, attempt: AttemptRecord) -> Policy:
        revision_id = attempt.policy_revision_id
        if revision_id is None:
            revision_id = (await self.exam(attempt.exam_id)).policy_revision_id
        return (await self.policy_revision(revision_id)).policy

    async def incidents_of_attempt(self, attempt_id: str) -> Sequence[IncidentRecord]:
        table = rows.INCIDENT
        query = select(table).where(table.c.attempt_id == attempt_id).order_by(table.c.opened_at, table.c.id)
        return await self._all(query, rows.incident)

    async def incidents_of_exam(self, exam_id: str) -> Sequence[IncidentRecord]:
        table = rows.INCIDENT
        query = (
            select(table)
            .join(rows.ATTEMPT, rows.ATTEMPT.c.id == table.c.attempt_id)
            .where(rows.ATTEMPT.c.exam_id == exam_id)
            .order_by(table.c.opened_at, table.c.id)
        )
        return await self._all(query, rows.incident)

    async def incident(self, incident_id: str) -> IncidentRecord:
        row = await self._first(select(rows.INCIDENT).where(rows.INCIDENT.c.id == incident_id))
        if row is None:
            raise not_found("incident")
        return rows.incident(row)

    async def evidence_of_incidents(self, incident_ids: Sequence[str]) -> Sequence[EvidenceRecord]:
        found: list[EvidenceRecord] = []
        table = rows.EVIDENCE
        for start in range(0, len(incident_ids), 500):  # SQLite limits the variables of a statement
            some = list(incident_ids[start : start + 500])
            query = (
                select(table).where(table.c.incident_id.in_(some)).order_by(table.c.captured_at, table.c.id)
            )
            found += await self._all(query, rows.evidence)
        return found

    async def evidence(self, evidence_id: str) -> EvidenceRecord:
        row = await self._first(select(rows.EVIDENCE).where(rows.EVIDENCE.c.id == evidence_id))
        if row is None:
            raise not_found("evidence")
        return rows.evidence(row)

    async def chat_of_attempt(self, attempt_id: str) -> Sequence[ChatRecord]:
        table = rows.CHAT
        query = select(table).where(table.c.attempt_id == attempt_id).order_by(table.c.at, table.c.id)
        return await self._all(query, rows.chat)

    async def chat_of_exam(self, exam_id: str) -> Sequence[ChatRecord]:
        table = rows.CHAT
        query = (
            select(table)
            .join(rows.ATTEMPT, rows.ATTEMPT.c.id == table.c.attempt_id)
            .where(rows.ATTEMPT.c.exam_id == exam_id)
            .order_by(table.c.at, table.c.id)
        )
        return await self._all(query, rows.chat)

    async def chat_message(self, message_id: str) -> ChatRecord:
        row = await self._first(select(rows.CHAT).where(rows.CHAT.c.id == message_id))
        if row is None:
            raise not_found("chat_message")
        return rows.chat(row)

    async def warnings_of_attempt(self, attempt_id: str) -> Sequence[WarningRecord]:
        table = rows.WARNING
        query = select(table).where(table.c.attempt_id == attempt_id).order_by(table.c.at, table.c.id)
        return await self._all(query, rows.warning)

    async def credits_of_attempt(self, attempt_id: str) -> Sequence[CreditRecord]:
        async with self._database.read() as session:
            return await attempt_tx.credits_of_attempt(session, attempt_id)

    async def credits_of_exam(self, exam_id: str) -> Sequence[CreditRecord]:
        table = rows.CREDIT
        query = (
            select(table)
            .join(rows.ATTEMPT, rows.ATTEMPT.c.id == table.c.attempt_id)
            .where(rows.ATTEMPT.c.exam_id == exam_id)
            .order_by(table.c.at, table.c.id)
        )
        return await self._all(query, rows.credit)

    async def template(self, attempt_id: str) -> IdentityTemplateRecord | None:
        table = rows.IDENTITY_TEMPLATE
        row = await self._first(select(table).where(table.c.attempt_id == attempt_id))
        return None if row is None else rows.identity_template(row)

    async def attempts_with_template_over(self) -> Sequence[AttemptRecord]:
        table = rows.ATTEMPT
        query = (
            select(table)
            .join(rows.IDENTITY_TEMPLATE, rows.IDENTITY_TEMPLATE.c.attempt_id == table.c.id)
            .where(table.c.over_at.is_not(None))
            .order_by(table.c.id)
        )
        return await self._all(query, rows.attempt)

    async def log_of_attempt(self, attempt_id: str) -> Sequence[LogRecord]:
        table = rows.LOG
        query = select(table).where(table.c.attempt_id == attempt_id).order_by(table.c.seq)
        return await self._all(query, rows.log_line)

    async def log_head(self, attempt_id: str) -> ChainHead:
        row = await self._first(
            select(rows.ATTEMPT.c.log_seq, rows.ATTEMPT.c.log_head).where(rows.ATTEMPT.c.id == attempt_id)
        )
        if row is None:
            raise attempt_tx.attempt_not_found()
        return ChainHead(row["log_seq"], row["log_head"])

    async def observations_of_attempt(self, attempt_id: str) -> Sequence[str]:
        table = rows.OBSERVATION
        query = select(table).where(table.c.attempt_id == attempt_id).order_by(table.c.batch)
        return await self._all(query, lambda row: str(row["lines"]))

    async def staff_names(self, user_ids: Sequence[str]) -> Mapping[str, str]:
        wanted = sorted(set(user_ids))
        if not wanted:
            return {}
        async with self._database.read() as session:
            found = await session.execute(
                select(rows.USER.c.id, rows.USER.c.name).where(rows.USER.c.id.in_(wanted))
            )
            return {row["id"]: row["name"] for row in found.mappings()}

    async def outbox_head(self, exam_id: str) -> int:
        async with self._database.read() as session:
            return await outbox.head(session, exam_id)

    async def outbox_after(
        self, exam_id: str, update_id: int, *, limit: int = 10_000
    ) -> Sequence[OutboxLine] | None:
        async with self._database.read() as session:
            return await outbox.lines_after(session, exam_id, update_id, limit)

    async def beat(self, server_id: str, at_ms: int) -> None:
        table = rows.HEARTBEAT
        async with self._database.write() as session:
            done = await session.execute(
                update(table)
                .where(table.c.server_id == server_id)
                .values(at=at_ms)
                .returning(table.c.server_id)
            )
            if done.first() is None:
                await session.execute(insert(table).values(server_id=server_id, at=at_ms))

    async def last_beat(self, server_id: str | None = None) -> int | None:
        query = select(func.max(rows.HEARTBEAT.c.at))
        if server_id is not None:
            query = query.where(rows.HEARTBEAT.c.server_id == server_id)
        async with self._database.read() as session:
            found = (await session.execute(query)).scalar_one()
            return None if found is None else int(found)

    async def _first(self, query: Select[*tuple[object, ...]]) -> RowMapping | None:
        async with self._database.read() as session:
            return (await session.execute(query)).mappings().first()

    async def _all(self, query: Select[*tuple[object, ...]], record: Callable[[RowMapping], R]) -> list[R]:
        async with self._database.read() as session:
            return [record(row) for row in (await session.execute(query)).mappings()]
