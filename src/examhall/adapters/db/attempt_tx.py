"""One transaction that holds an attempt's row: the SQL side of `AttemptTx`."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from examhall.adapters.db import erasure, outbox, rows
from examhall.application.ports.attempt_store import (
    AttemptRecord,
    ChatRecord,
    CreditRecord,
    EvidenceRecord,
    IdentityTemplateRecord,
    IncidentRecord,
    Json,
    LogRecord,
    PageEventRecord,
    UpdateKind,
    WarningRecord,
)
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.recording_store import SegmentRecord
from examhall.domain import chain
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.incident import Verdict


def attempt_not_found() -> ExamhallError:
    return ExamhallError(ErrorKind.NOT_FOUND, "attempt_not_found", "There is no such attempt.")


class SqlAttemptTx:
    """See `AttemptTx`. Built by `hold`, finished by `finish`; what to wake is in `wakes` and `told`."""

    def __init__(
        self,
        session: AsyncSession,
        clock: Clock,
        ids: Ids,
        attempt: AttemptRecord,
        head: chain.ChainHead,
    ) -> None:
        self._session = session
        self._clock = clock
        self._ids = ids
        self._attempt = attempt
        self._head = self._head_before = head
        self.told: list[tuple[UpdateKind, str]] = []
        self.wakes: set[str] = set()

    @classmethod
    async def hold(
        cls, session: AsyncSession, clock: Clock, ids: Ids, attempt_id: str, epoch: int | None
    ) -> "SqlAttemptTx":
        """Lock the row and read it (SQLite began IMMEDIATE already); lines that refer to it may still be added."""
        table = rows.ATTEMPT
        held = await session.execute(
            select(table).where(table.c.id == attempt_id).with_for_update(key_share=True)
        )
        row = held.mappings().first()
        if row is None:
            raise attempt_not_found()
        if epoch is not None and row["epoch"] != epoch:
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "stale_owner",
                "A newer connection owns this attempt; stop, or connect again.",
            )
        head = chain.ChainHead(row["log_seq"], row["log_head"])
        return cls(session, clock, ids, rows.attempt(row), head)

    async def finish(self, kept: int) -> None:
        """Write the log's head and the outbox, last of all: the exam's row is held only for the commit."""
        if self._head != self._head_before:
            await self._session.execute(
                update(rows.ATTEMPT)
                .where(rows.ATTEMPT.c.id == self._attempt.id)
                .values(log_seq=self._head.seq, log_head=self._head.hash)
            )
        if self.told:
            await outbox.add_lines(
                self._session, self._attempt.exam_id, self.told, self._clock.now_ms(), kept=kept
            )

    def _tell(self, kind: UpdateKind, target: str) -> None:
        self.told.append((kind, target))

    @property
    def attempt(self) -> AttemptRecord:
        return self._attempt

    async def save_attempt(self, attempt: AttemptRecord, *, tell: bool = True) -> None:
        changes = rows.changed(self._attempt, attempt)
        if not changes:
            return
        await self._session.execute(
            update(rows.ATTEMPT).where(rows.ATTEMPT.c.id == self._attempt.id).values(**changes)
        )
        self._attempt = attempt
        if tell:
            self._tell(UpdateKind.ATTEMPT, attempt.id)
            self.wakes.add("state")

    async def log(self, entry_type: str, payload: Json) -> None:
        entry = chain.append(
            self._attempt.id,
            self._head,
            entry_type,
            at_ms=self._clock.now_ms(),
            payload=payload,
            salt=self._ids.new_salt(),
        )
        await self._add(
            rows.LOG,
            LogRecord(
                attempt_id=entry.attempt_id,
                seq=entry.seq,
                prev_hash=entry.prev_hash,
                hash=entry.hash,
                type=entry.type,
                at=entry.at_ms,
                payload_mac=entry.payload_mac,
                payload=entry.payload,
                salt=entry.salt,
            ),
        )
        self._head = chain.ChainHead(entry.seq, entry.hash)

    async def erase_log(self, seq: int) -> None:
        await self._session.execute(
            update(rows.LOG)
            .where(rows.LOG.c.attempt_id == self._attempt.id, rows.LOG.c.seq == seq)
            .values(payload=None, salt=None)
        )

    async def erase_record(self, lasting: Collection[str]) -> Mapping[str, int]:
        self.wakes.add("state")
        return await erasure.erase_record(self._session, self._attempt.id, lasting)

    async def erase_roster(self) -> bool:
        self._tell(UpdateKind.ATTEMPT, self._attempt.id)
        return await erasure.erase_roster(self._session, self._attempt.id)

    async def take_event(self, event: PageEventRecord) -> bool:
        table = rows.PAGE_EVENT
        there = await self._session.execute(
            select(table.c.seq).where(
                table.c.attempt_id == self._attempt.id,
                table.c.instance_id == event.instance_id,
                table.c.seq == event.seq,
            )
        )
        if there.first() is not None:
            return False
        await self._add(table, event)
        return True

    async def acknowledged_seq(self, instance_id: str) -> int:
        return await acknowledged_seq(self._session, self._attempt.id, instance_id)

    async def add_observations(self, from_s: float, to_s: float, lines: str) -> None:
        table = rows.OBSERVATION
        last = await self._session.execute(
            select(func.max(table.c.batch)).where(table.c.attempt_id == self._attempt.id)
        )
        await self._session.execute(
            insert(table).values(
                attempt_id=self._attempt.id,
                batch=int(last.scalar_one() or 0) + 1,
                from_s=from_s,
                to_s=to_s,
                lines=lines,
            )
        )

    async def incident_by_key(self, key: str) -> IncidentRecord | None:
        found = await self._session.execute(
            select(rows.INCIDENT).where(
                rows.INCIDENT.c.attempt_id == self._attempt.id, rows.INCIDENT.c.key == key
            )
        )
        row = found.mappings().first()
        return None if row is None else rows.incident(row)

    async def incident(self, incident_id: str) -> IncidentRecord | None:
        found = await self._session.execute(
            select(rows.INCIDENT).where(
                rows.INCIDENT.c.attempt_id == self._attempt.id, rows.INCIDENT.c.id == incident_id
            )
        )
        row = found.mappings().first()
        return None if row is None else rows.incident(row)

    async def save_incident(self, incident: IncidentRecord) -> None:
        table = rows.INCIDENT
        before = await self.incident(incident.id)
        if before is None:
            await self._add(table, incident)
        else:
            await self._session.execute(
                update(table).where(table.c.id == incident.id).values(**rows.values(incident))
            )
        self._tell(UpdateKind.INCIDENT, incident.id)
        if before is None or _weighs(before) != _weighs(incident):
            self._tell(UpdateKind.ATTEMPT, self._attempt.id)  # its risk is made of incidents

    async def add_evidence(self, evidence: EvidenceRecord) -> None:
        await self._add(rows.EVIDENCE, evidence)
        self._tell(UpdateKind.INCIDENT, evidence.incident_id)

    async def take_segment(self, segment: SegmentRecord) -> SegmentRecord | None:
        table = rows.SEGMENT
        there = await self._session.execute(
            select(table).where(
                table.c.attempt_id == self._attempt.id,
                table.c.instance_id == segment.instance_id,
                table.c.kind == segment.kind.value,
                table.c.seq == segment.seq,
            )
        )
        row = there.mappings().first()
        if row is not None:
            return rows.segment(row)
        await self._add(table, segment)
        return None

    async def add_chat(self, message: ChatRecord) -> bool:
        if message.client_id is not None:
            there = await self._session.execute(
                select(rows.CHAT.c.id).where(
                    rows.CHAT.c.attempt_id == self._attempt.id, rows.CHAT.c.client_id == message.client_id
                )
            )
            if there.first() is not None:
                return False
        await self._add(rows.CHAT, message)
        self._tell(UpdateKind.CHAT, message.id)
        self.wakes.add("chat")
        return True

    async def add_warning(self, warning: WarningRecord) -> None:
        await self._add(rows.WARNING, warning)
        self.wakes.add("warning")

    async def acknowledge_warning(self, warning_id: str, at: int) -> bool:
        table = rows.WARNING
        done = await self._session.execute(
            update(table)
            .where(
                table.c.id == warning_id,
                table.c.attempt_id == self._attempt.id,
                table.c.acknowledged_at.is_(None),
            )
            .values(acknowledged_at=at)
            .returning(table.c.id)
        )
        if done.first() is None:
            return False
        self.wakes.add("warning")
        return True

    async def keep_template(self, template: IdentityTemplateRecord) -> None:
        await self.erase_template()
        await self._add(rows.IDENTITY_TEMPLATE, template)

    async def erase_template(self) -> bool:
        table = rows.IDENTITY_TEMPLATE
        done = await self._session.execute(
            delete(table).where(table.c.attempt_id == self._attempt.id).returning(table.c.attempt_id)
        )
        return done.first() is not None

    async def add_credit(self, credit: CreditRecord) -> None:
        await self._add(rows.CREDIT, credit)
        self._tell(UpdateKind.ATTEMPT, self._attempt.id)
        self.wakes.add("state")

    async def credits(self) -> Sequence[CreditRecord]:
        return await credits_of_attempt(self._session, self._attempt.id)

    async def _add(self, table: Table, record: rows.Record) -> None:
        await self._session.execute(insert(table).values(**rows.values(record)))


def _weighs(incident: IncidentRecord) -> tuple[float, int, bool]:
    """What the attempt's risk takes of an incident."""
    return incident.weight, incident.opened_at, incident.verdict is Verdict.DISMISSED


async def credits_of_attempt(session: AsyncSession, attempt_id: str) -> Sequence[CreditRecord]:
    table = rows.CREDIT
    found = await session.execute(
        select(table).where(table.c.attempt_id == attempt_id).order_by(table.c.at, table.c.id)
    )
    return [rows.credit(row) for row in found.mappings()]


async def acknowledged_seq(session: AsyncSession, attempt_id: str, instance_id: str) -> int:
    """The last seq before the first hole, counted from 1."""
    table = rows.PAGE_EVENT
    mine = (table.c.attempt_id == attempt_id, table.c.instance_id == instance_id)
    place = func.row_number().over(order_by=table.c.seq).label("place")
    ranked = select(table.c.seq, place).where(*mine).subquery()
    found = await session.execute(select(func.max(ranked.c.seq)).where(ranked.c.seq == ranked.c.place))
    return int(found.scalar_one() or 0)
