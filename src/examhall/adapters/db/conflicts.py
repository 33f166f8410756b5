"""Two transactions that wait for each other: PostgreSQL ends one of them, which may begin again.

Writers lock in one order (docs/decisions/0012-postgresql-by-asyncpg-with-row-locks.md), which an attempt's transactions
keep without exception. Others lock sets of rows, or rows by their foreign keys, and may meet; they are `retried`.
"""

import asyncio
import functools
import random
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import ColumnElement, Table, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from examhall.adapters.db.outages import Conflict

TRIES = 4
_WAIT_S = 0.05  # at most; so that two do not meet again in step

P = ParamSpec("P")
T = TypeVar("T")


def retried(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """For a method that is one transaction and does nothing besides: what was rolled back may be done again.

    Raises what the method raises, `storage_unavailable` when it met others four times.
    """

    @functools.wraps(method)
    async def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(TRIES - 1):
            try:
                return await method(*args, **kwargs)
            except Conflict:
                await asyncio.sleep(random.uniform(0, _WAIT_S))  # noqa: S311 - no secret
        return await method(*args, **kwargs)

    return again


async def delete_free(session: AsyncSession, table: Table, where: ColumnElement[bool]) -> None:
    """Delete the rows that nobody else holds; who clears up waits for no one, and comes again."""
    if session.get_bind().dialect.name == "postgresql":
        key = tuple(table.primary_key)
        free = select(*key).where(where).with_for_update(skip_locked=True)
        where = tuple_(*key).in_(free)
    await session.execute(delete(table).where(where))
