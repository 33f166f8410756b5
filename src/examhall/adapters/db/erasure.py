"""What erasing does to the rows of one attempt. Each step counts what it changed; a second time it is nothing."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Table, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from examhall.adapters.db import rows, tables
from examhall.application.ports.retention import ERASED_NAME

_INVITE = rows.table_of(tables.InviteRow)
_SESSION = rows.table_of(tables.CandidateSessionRow)

_BLANKED: dict[str, tuple[Table, Mapping[str, object]]] = {
    "chat messages": (rows.CHAT, {"text": ""}),
    "warnings": (rows.WARNING, {"text": ""}),
    "incidents": (rows.INCIDENT, {"words": "", "numbers": {}, "verdict_note": ""}),
    "page events": (rows.PAGE_EVENT, {"body": {}}),
    "notes on time given back": (rows.CREDIT, {"note": ""}),
}
_OF_ATTEMPT: Mapping[str, object] = {"reason": None, "note": None, "rules_state": None, "check_in": None}


async def erase_record(session: AsyncSession, attempt_id: str, lasting: Collection[str]) -> Mapping[str, int]:
    """Erase what is of class record or evidence; the blobs must be gone already. lasting: types of lines that stay."""
    counts: dict[str, int] = {}
    evidence, log = rows.EVIDENCE, rows.LOG
    mine = evidence.c.attempt_id == attempt_id
    counts["pictures and sounds"] = await _update(
        session, evidence, and_(mine, evidence.c.path.is_not(None)), {"path": None}
    )
    counts["recorded segments"] = await _update(
        session,
        rows.SEGMENT,
        and_(rows.SEGMENT.c.attempt_id == attempt_id, rows.SEGMENT.c.path.is_not(None)),
        {"path": None},
    )
    counts["notes on evidence"] = await _update(
        session, evidence, and_(mine, evidence.c.note != ""), {"note": ""}
    )
    counts["log lines"] = await _update(
        session, log, payloads_left(attempt_id, lasting), {"payload": None, "salt": None}
    )
    counts["observation batches"] = await _delete(session, rows.OBSERVATION, attempt_id)
    for what, (table, blank) in _BLANKED.items():
        mine = and_(table.c.attempt_id == attempt_id, _holds(table, blank))
        counts[what] = await _update(session, table, mine, blank)
    mine = and_(rows.ATTEMPT.c.id == attempt_id, _holds(rows.ATTEMPT, _OF_ATTEMPT))
    counts["rules and camera check"] = await _update(session, rows.ATTEMPT, mine, _OF_ATTEMPT)
    counts["links"] = await _delete(session, _INVITE, attempt_id) + await _delete(
        session, _SESSION, attempt_id
    )
    return {what: count for what, count in counts.items() if count}


async def erase_roster(session: AsyncSession, attempt_id: str) -> bool:
    """Take name, address, reference and accommodation away; False when they were gone."""
    table = rows.ATTEMPT
    mine = and_(table.c.id == attempt_id, table.c.candidate_name != ERASED_NAME)
    gone = {"candidate_name": ERASED_NAME, "candidate_email": None, "candidate_ref": None, "extra_time_s": 0}
    return bool(await _update(session, table, mine, gone))


def payloads_left(attempt_id: object, lasting: Collection[str]) -> ColumnElement[bool]:
    log = rows.LOG
    return and_(
        log.c.attempt_id == attempt_id, log.c.payload.is_not(None), log.c.type.not_in(sorted(lasting))
    )


def _holds(table: Table, blank: Mapping[str, object]) -> ColumnElement[bool]:
    """Something is in one of these columns."""
    tests: list[ColumnElement[bool]] = []
    for name, empty in blank.items():
        column = table.c[name]
        if empty is None:
            # A JSON column may hold SQL's NULL or JSON's null
            text = func.coalesce(column.cast(rows.TEXT), "null")
            tests.append(text != "null")
        elif isinstance(empty, dict):
            tests.append(column.cast(rows.TEXT) != "{}")
        else:
            tests.append(column != empty)
    return or_(*tests)


async def _update(
    session: AsyncSession, table: Table, where: ColumnElement[bool], values: Mapping[str, object]
) -> int:
    count = await session.scalar(select(func.count()).select_from(table).where(where))
    if count:
        await session.execute(update(table).where(where).values(**values))
    return int(count or 0)


async def _delete(session: AsyncSession, table: Table, attempt_id: str) -> int:
    mine = table.c.attempt_id == attempt_id
    count = await session.scalar(select(func.count()).select_from(table).where(mine))
    if count:
        await session.execute(delete(table).where(mine))
    return int(count or 0)
