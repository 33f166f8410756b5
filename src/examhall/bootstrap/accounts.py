"""Puts the staff accounts together, for the server and for the command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from examhall.adapters.db.accounts_store import DbAccountsStore
from examhall.adapters.db.engine import Database, sqlite_url
from examhall.adapters.metrics import PrometheusMetrics
from examhall.adapters.passwords import Argon2Passwords
from examhall.adapters.system import SystemClock, SystemIds
from examhall.application.accounts import Accounts
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.metrics import Metrics
from examhall.settings import Settings


def database_of(settings: Settings) -> Database:
    """The database that the settings name; nothing is opened yet."""
    return Database(settings.database_url or sqlite_url(sqlite_file(settings)))


def sqlite_file(settings: Settings) -> Path:
    """Where the data are when no other database is named."""
    return settings.data_dir / "examhall.db"


def session_ms_of(settings: Settings) -> int:
    """How long a staff login lasts unused."""
    return round(settings.staff_session_hours * 3_600_000)


def build_accounts(
    settings: Settings, database: Database, clock: Clock, ids: Ids, metrics: Metrics
) -> Accounts:
    return Accounts(
        DbAccountsStore(database),
        Argon2Passwords(),
        clock,
        ids,
        metrics,
        base_url=settings.base_url,
        session_ms=session_ms_of(settings),
    )


@asynccontextmanager
async def accounts_alone(settings: Settings) -> AsyncIterator[Accounts]:
    """The accounts of a data folder without a server; a running server sees what is changed."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = database_of(settings)
    await database.start()
    try:
        yield build_accounts(settings, database, SystemClock(), SystemIds(), PrometheusMetrics())
    finally:
        await database.stop()
