"""The database: one URL, reading and writing transactions, migrations at start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from examhall.adapters.db import outages
from examhall.adapters.db.inline_sqlite import InlineConnection
from examhall.adapters.db.migrating import migrate
from examhall.domain.errors import ErrorKind, ExamhallError

CONNECTIONS = 20
_BUSY_TIMEOUT_MS = 10_000
_CONNECT_WITHIN_S = 3.0
_ANSWER_WITHIN_S = 6.0  # also how long a server that hangs is waited for
_MANY_WRITING = 4
_CHECK_WITHIN_S = 3.0
_POSTGRESQL = {
    "application_name": "examhall",
    "jit": "off",  # statements here are short
    "lock_timeout": "4000",
    # Whatever the cluster's default is: the stores lock rows, and their transactions cannot be run again.
    "default_transaction_isolation": "read committed",
    # A server that stands still in mid-transaction must not hold a candidate's row for ever.
    "idle_in_transaction_session_timeout": "15000",
}


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


class Database:
    """One database. `read` sees what is committed, `write` commits on a clean exit or changes nothing.

    On SQLite `write` holds the only pen until it commits. On PostgreSQL writers go side by side: who reads before
    it writes locks first, in this order: `hold` of an exam, the attempt's row, the exam's row (the outbox).
    Never open a `write` inside a `write` of the same task: on SQLite it would wait for itself.

    Every use can raise `ExamhallError` `storage_unavailable` (nothing is half written; when the connection went
    in the middle of a commit, whether it was taken shows at the next try) or `storage_full`.
    """

    def __init__(self, url: str, *, connections: int = CONNECTIONS) -> None:
        """connections: how many to PostgreSQL at most, half of them for writing."""
        self._url = _understood(url)
        self._pen: AbstractAsyncContextManager[object]
        if self._url.get_backend_name() == "sqlite":
            # Most reads are of one row: a BEGIN and a ROLLBACK around it would cost three times as much as it does.
            self._reader = create_async_engine(
                self._url,
                hide_parameters=True,
                async_creator=self._connect_sqlite,
                isolation_level="AUTOCOMMIT",
                skip_autocommit_rollback=True,
            )
            # SQLite has one writer; waiting here is fair and cheap, waiting in SQLite is polling.
            self._pen = asyncio.Lock()
            self._writer = create_async_engine(
                self._url, hide_parameters=True, async_creator=self._connect_sqlite
            )
            # For whole attempts: such reads are long, so they have threads. Every transaction sees one state.
            self._still = create_async_engine(self._url, hide_parameters=True)
            self._engines = [self._reader, self._writer, self._still]
            for engine in self._engines:
                event.listen(engine.sync_engine, "connect", _prepare_sqlite)
                event.listen(engine.sync_engine, "invalidate", _let_go_sqlite)
            event.listen(self._writer.sync_engine, "begin", _begin_writing)
            event.listen(self._still.sync_engine, "begin", _begin_reading)
        else:
            # Two pools: whoever reads while it writes must not wait for writers that wait for the same.
            self._reader = _postgresql(self._url, connections - connections // 2)
            self._writer = _postgresql(self._url, max(1, connections // 2))
            self._engines = [self._reader, self._writer]
            self._pen = nullcontext()
            self._still = self._reader.execution_options(isolation_level="REPEATABLE READ")
        self._outage = outages.Outage()
        self._writing = 0
        for engine in self._engines:
            event.listen(engine.sync_engine, "handle_error", self._outage.acted_on, retval=True)

    async def _connect_sqlite(self) -> InlineConnection:
        return await InlineConnection.connect(Path(str(self._url.database)))

    async def start(self) -> None:
        """Bring the schema up to date. Raises `ExamhallError` also as `database_too_new`."""
        engine = self._writer
        if self._url.get_backend_name() == "postgresql":
            # Of its own: making an index or waiting for another server's migration may take its time.
            engine = create_async_engine(
                self._url, poolclass=NullPool, connect_args={"timeout": _CONNECT_WITHIN_S}
            )
        try:
            async with engine.connect() as connection:
                await connection.run_sync(migrate)
                await connection.commit()
        except OSError as error:
            outages.say_lost(error)
            raise outages.unavailable() from error
        finally:
            if engine is not self._writer:
                await engine.dispose()

    async def stop(self) -> None:
        for engine in self._engines:
            await engine.dispose()

    async def check(self) -> str | None:
        """For /readyz: whether it takes writes. A full disk, a read-only one or a standby still read well."""
        try:
            async with asyncio.timeout(_CHECK_WITHIN_S), self.write() as session:
                await session.execute(text("UPDATE attempt SET id = id WHERE 1 = 0"))
        except ExamhallError as error:
            return f"the database takes no writes ({error.code}); see its own log, and the disk it is on"
        except TimeoutError:
            return f"the database took no write within {_CHECK_WITHIN_S:g} s; see its own log and its load"
        return None

    @asynccontextmanager
    async def read(self, *, still: bool = False) -> AsyncIterator[AsyncSession]:
        """still: every statement sees the state of the first one."""
        async with self._session(self._still if still else self._reader) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Commit on a clean exit, roll back on an exception."""
        self._writing += 1
        try:
            async with self._pen, self._session(self._writer) as session:
                yield session
                await session.commit()
        finally:
            self._writing -= 1

    @property
    def out_of_breath(self) -> bool:
        """Whether so many write or wait for it that what can wait should."""
        return self._writing > _MANY_WRITING

    @asynccontextmanager
    async def _session(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        if not self._outage.may_try():
            raise outages.unavailable()
        async with AsyncSession(engine, expire_on_commit=False) as session:
            try:
                await session.connection()
            except OSError as error:  # what a connection says before it is one
                self._outage.began(error)
                raise outages.unavailable() from error
            except PoolTimeout as error:
                outages.say_lost(error)
                raise outages.unavailable() from error
            except asyncio.CancelledError:
                self._outage.given_up()
                raise
            self._outage.over()
            yield session


async def hold(session: AsyncSession, what: str) -> None:
    """Let nobody else `hold` the same until this transaction ends; SQLite's writers hold everything already."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what}
        )


def _understood(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = URL.create("unknown")
    driver = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    name = parsed.drivername.partition("+")[0]
    if name not in driver:
        raise ExamhallError(
            ErrorKind.INVALID,
            "settings_invalid",
            "EXAMHALL_DATABASE_URL is not right: give postgresql+asyncpg://USER:PASSWORD@HOST/NAME, "
            "or nothing for SQLite in the data folder.",
        )
    return parsed.set(drivername=driver[name])


def _postgresql(url: URL, size: int) -> AsyncEngine:
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=size,
        max_overflow=0,
        pool_timeout=_CONNECT_WITHIN_S,
        connect_args={
            "timeout": _CONNECT_WITHIN_S,
            "command_timeout": _ANSWER_WITHIN_S,
            "server_settings": _POSTGRESQL,
        },
    )


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling begins late and never IMMEDIATE: ours is in _begin_writing.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten, not only unlinked
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    cursor.close()


def _let_go_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry, __: BaseException | None) -> None:
    # Of a cancelled task: what it began may begin only now, in the driver's thread, and a cursor that its
    # traceback holds would keep the closed connection and its lock. The rollback waits in that thread's line.
    connection.rollback()


def _begin_writing(connection: Connection) -> None:
    # A writer that begins as a reader and upgrades can be refused midway; IMMEDIATE waits at the door.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
