"""The exam's outbox: ordered lines that say what a monitor page has to be told.

Ids are taken in the transaction of the change, so they are given in the order of the commits.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from examhall.adapters.db import rows
from examhall.application.ports.attempt_store import OutboxLine, UpdateKind

OUTBOX_KEPT = 10_000  # per exam; a page that is further behind takes a snapshot


async def add_line(session: AsyncSession, exam_id: str, kind: UpdateKind, target_id: str, at_ms: int) -> int:
    """Take the exam's next update id and write the line, in the caller's transaction."""
    return await add_lines(session, exam_id, [(kind, target_id)], at_ms)


async def add_lines(
    session: AsyncSession,
    exam_id: str,
    pointers: Iterable[tuple[UpdateKind, str]],
    at_ms: int,
    *,
    kept: int = OUTBOX_KEPT,
) -> int:
    """Write one line for each different pointer, forget the oldest over `kept`; return the last id.

    Holds the exam's row until the commit: call it late in the transaction.
    """
    told = list(dict.fromkeys(pointers))
    counter = rows.EXAM.c.update_counter
    last = await session.scalar(
        update(rows.EXAM)
        .where(rows.EXAM.c.id == exam_id)
        .values(update_counter=counter + len(told))
        .returning(counter)
    )
    if last is None:
        raise LookupError("no such exam")
    first = int(last) - len(told) + 1
    lines = [
        {"exam_id": exam_id, "update_id": first + i, "kind": kind.value, "target_id": target, "at": at_ms}
        for i, (kind, target) in enumerate(told)
    ]
    if lines:
        await session.execute(insert(rows.OUTBOX), lines)
    await session.execute(
        delete(rows.OUTBOX).where(
            rows.OUTBOX.c.exam_id == exam_id, rows.OUTBOX.c.update_id <= int(last) - kept
        )
    )
    return int(last)


async def head(session: AsyncSession, exam_id: str) -> int:
    """The last id given in the exam, 0 when there is none."""
    found = await session.scalar(select(rows.EXAM.c.update_counter).where(rows.EXAM.c.id == exam_id))
    return int(found or 0)


async def lines_after(
    session: AsyncSession, exam_id: str, update_id: int, limit: int
) -> Sequence[OutboxLine] | None:
    """Lines after `update_id`; None when some were forgotten, or the page names an id we never gave."""
    newest = await head(session, exam_id)  # first: a line that comes in between is only the next one
    if update_id >= newest:
        return [] if update_id == newest else None
    found = await session.execute(
        select(rows.OUTBOX)
        .where(rows.OUTBOX.c.exam_id == exam_id, rows.OUTBOX.c.update_id > update_id)
        .order_by(rows.OUTBOX.c.update_id)
        .limit(limit)
    )
    lines = [rows.outbox_line(row) for row in found.mappings()]
    return lines if lines and lines[0].update_id == update_id + 1 else None
