"""The database: one engine, reading and writing transactions, migrations at start."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from examhall.domain.errors import ErrorKind, ExamhallError

MIGRATIONS = Path(__file__).with_name("migrations")
_BUSY_TIMEOUT_MS = 10_000


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


class Database:
    """One database. `read` sees one consistent state, `write` holds the only pen until it commits.

    Never open a `write` inside a `write` of the same task: it would wait for itself.
    """

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        self._writer = self._engine.execution_options(examhall_write=True)
        # SQLite has one writer; waiting here is fair and cheap, waiting in SQLite is polling.
        self._pen = asyncio.Lock()
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin_sqlite)
            event.listen(self._engine.sync_engine, "invalidate", _let_go_sqlite)

    async def start(self) -> None:
        """Bring the schema up to date."""
        async with self._writer.connect() as connection:
            await connection.run_sync(_migrate)
            await connection.commit()

    async def stop(self) -> None:
        await self._engine.dispose()

    async def check(self) -> str | None:
        """For /readyz."""
        try:
            async with self.read() as session:
                await session.execute(text("SELECT 1"))
        except (OperationalError, OSError):
            return "the database does not answer; see the log"
        return None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Commit on a clean exit, roll back on an exception.

        Raises `ExamhallError` `storage_full` when the disk is full.
        """
        async with self._pen, AsyncSession(self._writer, expire_on_commit=False) as session:
            try:
                yield session
                await session.commit()
            except OperationalError as error:
                await session.rollback()
                if is_disk_full(error):
                    raise ExamhallError(
                        ErrorKind.STORAGE_FULL,
                        "storage_full",
                        "The server's disk is full; nothing was changed. Free some space and try again.",
                    ) from error
                raise


def is_disk_full(error: OperationalError) -> bool:
    """True for SQLite's and PostgreSQL's way of saying that the disk is full."""
    cause = error.orig
    words = str(cause).lower()
    return (isinstance(cause, sqlite3.Error) and "disk is full" in words) or "no space left" in words


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling begins late and never IMMEDIATE: ours is in _begin_sqlite.
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


def _begin_sqlite(connection: Connection) -> None:
    # A writer that begins as a reader and upgrades can be refused midway; IMMEDIATE waits at the door.
    write = connection.get_execution_options().get("examhall_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def migration_config(connection: Connection) -> Config:
    """Alembic's configuration for this connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _migrate(connection: Connection) -> None:
    command.upgrade(migration_config(connection), "head")
