"""Puts the server together: settings in, services and the web application out."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from examhall.adapters.bus.memory import MemoryBus
from examhall.adapters.db.access_store import DbAccessStore
from examhall.adapters.db.attempt_store import SqlAttemptStore
from examhall.adapters.db.engine import Database, sqlite_url
from examhall.adapters.evidence.object_store import evidence_in_folder
from examhall.adapters.keys import FileKeyRing
from examhall.adapters.metrics import PrometheusMetrics
from examhall.adapters.system import SystemClock, SystemIds
from examhall.application.access import Access
from examhall.application.attempts import Attempts
from examhall.application.clock_watch import ClockWatch
from examhall.application.conversation import Conversation
from examhall.application.lifecycle import HealthCheck, Part
from examhall.application.monitor import Monitor
from examhall.application.review import Review
from examhall.application.room import Rooms
from examhall.application.services import Services
from examhall.settings import Settings
from examhall.web.app import create_app
from examhall.web.config import WebConfig

_PRIVATE_FOLDER = 0o700
_STATIC = Path(__file__).parent.parent / "web" / "static"


@dataclass(frozen=True, slots=True)
class House:
    """A house that is built, not yet running: enter `services.running()` and serve `app`."""

    settings: Settings
    services: Services
    app: FastAPI


def build(settings: Settings, *, demo: bool = False) -> House:
    """Construct everything. Makes the data folder and the keys, connects to nothing yet."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
    services = _services(settings)
    return House(settings, services, create_app(services, _web_config(settings, demo=demo)))


def _services(settings: Settings) -> Services:
    clock, ids, metrics = SystemClock(), SystemIds(), PrometheusMetrics()
    database = Database(settings.database_url or sqlite_url(settings.data_dir / "examhall.db"))
    bus = MemoryBus()
    keys = FileKeyRing(settings.data_dir / "keys")
    access = Access(DbAccessStore(database), clock, round(settings.staff_session_hours * 3_600_000))
    attempt_store = SqlAttemptStore(database, bus, clock, ids)
    monitor = Monitor(attempt_store, clock)
    return Services(
        clock=clock,
        ids=ids,
        bus=bus,
        keys=keys,
        metrics=metrics,
        access=access,
        attempt_store=attempt_store,
        attempts=Attempts(attempt_store, clock, ids),
        clock_watch=ClockWatch(attempt_store, clock, ids, server_id=ids.new_id()),
        conversation=Conversation(attempt_store, clock, ids),
        evidence=evidence_in_folder(settings.data_dir / "evidence", keys),
        monitor=monitor,
        review=Review(attempt_store, monitor, clock),
        rooms=Rooms(attempt_store, clock),
        parts=(Part("database", start=database.start, stop=database.stop),),
        checks=(
            HealthCheck("database", database.check),
            HealthCheck("disk", _disk_check(settings.data_dir, settings.min_free_disk_mb)),
        ),
    )


def _disk_check(folder: Path, min_free_mb: int) -> Callable[[], Awaitable[str | None]]:
    async def check() -> str | None:
        free_mb = shutil.disk_usage(folder).free // 1_000_000
        return None if free_mb >= min_free_mb else f"only {free_mb} MB free for data; make room"

    return check


def _web_config(settings: Settings, *, demo: bool) -> WebConfig:
    return WebConfig(
        base_url=settings.base_url,
        public_origin=settings.public_url,
        loopback_only=settings.loopback,
        static_dir=settings.static_dir or _STATIC,
        models_dir=settings.models_dir,
        metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else None,
        detect_faces=settings.detect_faces,
        detect_faces_token=(
            settings.detect_faces_token.get_secret_value() if settings.detect_faces_token else None
        ),
        detect_faces_origins=settings.detect_faces_origins,
        demo=demo,
    )
