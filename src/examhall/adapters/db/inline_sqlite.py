"""SQLite for SQLAlchemy's aiosqlite dialect, with short statements on the event loop itself.

A statement on one attempt's rows takes some 20 µs; sending it to a thread and waiting for the answer takes twenty
times that, and a transaction has a dozen. So only what can wait goes to the connection's thread: opening it, BEGIN
(another process may be writing), COMMIT (the disk), ROLLBACK and closing.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TypeVar

_STATEMENTS_KEPT = 256
_CAN_WAIT = ("BEGIN", "PRAGMA")

T = TypeVar("T")
Values = Sequence[object]


class InlineCursor:
    """What the dialect asks of aiosqlite's cursor."""

    def __init__(self, connection: "InlineConnection") -> None:
        self._connection = connection
        self._cursor = connection.raw.cursor()
        self.arraysize = self._cursor.arraysize

    async def __aenter__(self) -> "InlineCursor":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def description(self) -> object:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    async def execute(self, statement: str, values: Values = ()) -> None:
        if statement.startswith(_CAN_WAIT):
            await self._connection.beside(lambda: self._cursor.execute(statement, values))
        else:
            self._cursor.execute(statement, values)

    async def executemany(self, statement: str, values: Sequence[Values]) -> None:
        self._cursor.executemany(statement, values)

    async def fetchall(self) -> list[object]:
        return self._cursor.fetchall()

    async def close(self) -> None:
        self._cursor.close()


class InlineConnection:
    """What the dialect asks of aiosqlite's connection; `connect` makes it."""

    def __init__(self, raw: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self.raw = raw
        self._thread = thread
        # The names under which the dialect finds them: for changing the isolation level, for whether it is open.
        self._conn = raw
        self._connection: sqlite3.Connection | None = raw
        self._tx = self

    @classmethod
    async def connect(cls, path: Path) -> "InlineConnection":
        thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")

        def open_it() -> sqlite3.Connection:
            return sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, cached_statements=_STATEMENTS_KEPT
            )

        try:
            raw = await asyncio.get_running_loop().run_in_executor(thread, open_it)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(raw, thread)

    @property
    def isolation_level(self) -> str | None:
        return self.raw.isolation_level

    def put_nowait(self, job: tuple[asyncio.Future[object], Callable[[], object]]) -> None:
        """The dialect's way to change the isolation level."""
        future, act = job
        future.set_result(act())

    def beside(self, act: Callable[[], T]) -> Awaitable[T]:
        """In the connection's thread, after what was begun there, also by a task that was cancelled since."""
        return asyncio.get_running_loop().run_in_executor(self._thread, act)

    def cursor(self) -> InlineCursor:
        return InlineCursor(self)

    async def create_function(
        self,
        name: str,
        arguments: int,
        function: Callable[..., str | float | None],
        *,
        deterministic: bool = False,
    ) -> None:
        self.raw.create_function(name, arguments, function, deterministic=deterministic)

    async def commit(self) -> None:
        if self.raw.in_transaction:
            await self.beside(self.raw.commit)

    async def rollback(self) -> None:
        await self.beside(self.raw.rollback)

    async def close(self) -> None:
        if self._connection is not None:
            self._connection = None
            await self.beside(self.raw.close)
            self._thread.shutdown(wait=False)

    def stop(self) -> None:
        """Close without waiting for it."""
        if self._connection is not None:
            self._connection = None
            self._thread.submit(self.raw.close)
            self._thread.shutdown(wait=False)
