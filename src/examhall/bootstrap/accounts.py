"""Puts the staff accounts together, for the server and for the command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from examhall.adapters.bus.memory import MemoryBus
from examhall.adapters.db.access_store import DbAccessStore
from examhall.adapters.db.accounts_store import DbAccountsStore
from examhall.adapters.db.api_keys_store import DbApiKeysStore
from examhall.adapters.db.audit_store import DbAuditStore
from examhall.adapters.db.engine import Database, sqlite_url
from examhall.adapters.db.login_failures import DbLoginFailures
from examhall.adapters.db.measured import MeasuredDatabase
from examhall.adapters.db.second_factor_store import DbSecondFactorStore
from examhall.adapters.db.sessions_store import DbSessionsStore
from examhall.adapters.keys import FileKeyRing
from examhall.adapters.metrics import PrometheusMetrics
from examhall.adapters.passwords import Argon2Passwords
from examhall.adapters.system import SystemClock, SystemIds
from examhall.application.access import Access
from examhall.application.accounts import Accounts
from examhall.application.api_keys import ApiKeys
from examhall.application.audit import AuditLog
from examhall.application.known_devices import KnownDevices
from examhall.application.ports.bus import Bus
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.keys import KeyRing
from examhall.application.ports.metrics import Metrics
from examhall.application.second_factor import SecondFactors
from examhall.application.sign_in import THROTTLE_WINDOW_S, SignIn
from examhall.application.staff_sessions import StaffSessions
from examhall.application.throttle import Throttle
from examhall.settings import Settings


def database_of(settings: Settings, metrics: Metrics | None = None) -> Database:
    """The database that the settings name, timed where there are metrics; nothing is opened yet."""
    url = settings.database_url or sqlite_url(sqlite_file(settings))
    pool = settings.database_pool
    return (
        Database(url, connections=pool)
        if metrics is None
        else MeasuredDatabase(url, metrics, connections=pool)
    )


def sqlite_file(settings: Settings) -> Path:
    """Where the data are when no other database is named."""
    return settings.data_dir / "examhall.db"


def session_ms_of(settings: Settings) -> int:
    """How long a staff login lasts unused."""
    return round(settings.staff_session_hours * 3_600_000)


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything around who may come in, as staff or as a program."""

    access: Access
    accounts: Accounts
    api_keys: ApiKeys
    audit: AuditLog
    devices: KnownDevices
    factors: SecondFactors
    sessions: StaffSessions
    sign_in: SignIn


def build_doors(
    settings: Settings,
    database: Database,
    *,
    bus: Bus,
    keys: KeyRing,
    clock: Clock,
    ids: Ids,
    metrics: Metrics,
) -> Doors:
    store, passwords = DbAccountsStore(database), Argon2Passwords()
    audit = AuditLog(DbAuditStore(database), clock, ids)
    devices = KnownDevices(keys, ids)
    factors = SecondFactors(DbSecondFactorStore(database), keys, clock, ids)
    sessions = StaffSessions(DbSessionsStore(database), bus, clock, ids, session_ms_of(settings))
    throttle = Throttle(DbLoginFailures(database), keys, clock, ids, window_s=THROTTLE_WINDOW_S)
    return Doors(
        access=Access(DbAccessStore(database), clock, session_ms_of(settings), settings.require_totp),
        accounts=Accounts(store, passwords, clock, ids, sessions, factors, audit, base_url=settings.base_url),
        api_keys=ApiKeys(DbApiKeysStore(database), clock, ids),
        audit=audit,
        devices=devices,
        factors=factors,
        sessions=sessions,
        sign_in=SignIn(store, passwords, factors, sessions, throttle, devices, metrics, audit),
    )


@asynccontextmanager
async def accounts_alone(settings: Settings) -> AsyncIterator[Accounts]:
    """The accounts of a data folder without a server; a running server sees what is changed."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = database_of(settings)
    await database.start()
    try:
        doors = build_doors(
            settings,
            database,
            bus=MemoryBus(),  # a running server's sockets look again by themselves within 15 s
            keys=FileKeyRing(settings.keys_folder),
            clock=SystemClock(),
            ids=SystemIds(),
            metrics=PrometheusMetrics(),
        )
        yield doors.accounts
    finally:
        await database.stop()
