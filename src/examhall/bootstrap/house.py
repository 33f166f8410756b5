"""Puts the server together: settings in, services and the web application out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import SystemRandom

from anyio import to_thread
from fastapi import FastAPI

from examhall.adapters.db.attempt_store import SqlAttemptStore
from examhall.adapters.db.exam_store import DbExamStore
from examhall.adapters.db.photo_store import DbPhotoStore
from examhall.adapters.db.record_store import DbRecordStore
from examhall.adapters.db.recording_store import DbRecordingStore
from examhall.adapters.db.reports_store import DbTakenReports
from examhall.adapters.db.retention_store import DbRetentionStore
from examhall.adapters.db.roster_store import DbRosterStore
from examhall.adapters.keys import FileKeyRing
from examhall.adapters.metrics import PrometheusMetrics
from examhall.adapters.signing import Ed25519Signer
from examhall.adapters.system import SystemClock, SystemIds
from examhall.application.attempts import Attempts
from examhall.application.biometrics import BiometricRetention
from examhall.application.clock_watch import ClockWatch
from examhall.application.conversation import Conversation
from examhall.application.exams import Exams
from examhall.application.export import Exports
from examhall.application.invites import Invites
from examhall.application.leaving import Leaving
from examhall.application.lifecycle import HealthCheck, Part
from examhall.application.meetings import Meetings
from examhall.application.monitor import Monitor
from examhall.application.personal_data import PersonalData
from examhall.application.photos import Photos
from examhall.application.ports.all_metrics import declared
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.vision import VisionPool
from examhall.application.readiness import Readiness
from examhall.application.recording_index import RecordingIndex
from examhall.application.recordings import Recordings
from examhall.application.retention import Retention
from examhall.application.review import Review
from examhall.application.room import Rooms
from examhall.application.roster import Roster
from examhall.application.services import Services
from examhall.bootstrap.accounts import build_doors, database_of
from examhall.bootstrap.doctor import STATIC, disk_problem
from examhall.bootstrap.evidence import build_evidence
from examhall.bootstrap.hourly_purge import hourly_purge
from examhall.bootstrap.live import build_live
from examhall.bootstrap.models import verify_models
from examhall.bootstrap.neighbours import build_neighbours
from examhall.bootstrap.pulse import pulse
from examhall.bootstrap.vision import build_vision_pool
from examhall.domain.check_in import Target
from examhall.domain.errors import ExamhallError
from examhall.pipeline.world import World
from examhall.settings import Settings
from examhall.web.app import create_app
from examhall.web.config import WebConfig

_PRIVATE_FOLDER = 0o700
_CHANCE = SystemRandom()
_MODELS_GOOD_FOR_S = 300.0  # to look at all their bytes takes a moment, and files do not rot that fast

Check = Callable[[], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class House:
    """A house that is built, not yet running: enter `services.running()` and serve `app`."""

    settings: Settings
    services: Services
    app: FastAPI


@dataclass(frozen=True, slots=True)
class Replaced:
    """Parts that a test or a trial run brings along; None is the real one."""

    vision: VisionPool | None = None
    evidence: EvidenceStore | None = None


def build(settings: Settings, *, demo: bool = False, replaced: Replaced = Replaced()) -> House:
    """Construct everything. Makes the data folder and the keys, connects to nothing yet."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
    services = _services(settings, replaced)
    return House(settings, services, create_app(services, _web_config(settings, services, demo=demo)))


def _services(settings: Settings, replaced: Replaced) -> Services:
    clock, ids, metrics = SystemClock(), SystemIds(), PrometheusMetrics(declared())
    database = database_of(settings, metrics)
    town = build_neighbours(settings, ids, metrics)
    bus = town.bus
    keys = FileKeyRing(settings.keys_folder)
    doors = build_doors(settings, database, bus=bus, keys=keys, clock=clock, ids=ids, metrics=metrics)
    roster_store = DbRosterStore(database)
    invites = Invites(roster_store, keys, clock, ids, metrics, base_url=settings.base_url)
    attempt_store = SqlAttemptStore(database, bus, clock, ids)
    monitor = Monitor(attempt_store, clock)
    attempts = Attempts(attempt_store, clock, ids)
    clock_watch = ClockWatch(attempt_store, clock, ids, server_id=town.servers.server_id)
    evidence = replaced.evidence or build_evidence(settings, keys)
    vision = replaced.vision or build_vision_pool(
        settings.models_dir, workers=settings.worker_count, hang_limit_s=settings.worker_hang_limit_s
    )
    photos = Photos(DbPhotoStore(database), roster_store, evidence, vision, clock, ids)
    biometrics = BiometricRetention(attempt_store, photos, clock)
    records = DbRecordStore(database)
    recording_store = DbRecordingStore(database)
    retention = Retention(
        DbRetentionStore(database),
        attempt_store,
        evidence,
        photos,
        biometrics,
        clock,
        audit_days=settings.audit_days,
    )
    live = build_live(
        settings,
        World(
            store=attempt_store,
            bus=bus,
            vision=vision,
            evidence=evidence,
            clock=clock,
            ids=ids,
            metrics=metrics,
            attempts=attempts,
            clock_watch=clock_watch,
            keys=keys,
            photos=photos,
            biometrics=biometrics,
            leases=town.leases,
            servers=town.servers,
            turns=_turns,
        ),
        town.peers,
        DbTakenReports(database),
    )
    return Services(
        clock=clock,
        ids=ids,
        bus=bus,
        keys=keys,
        metrics=metrics,
        access=doors.access,
        accounts=doors.accounts,
        api_keys=doors.api_keys,
        audit=doors.audit,
        devices=doors.devices,
        factors=doors.factors,
        servers=town.servers,
        sessions=doors.sessions,
        sign_in=doors.sign_in,
        exams=Exams(DbExamStore(database), clock, ids, bus),
        exports=Exports(
            records,
            attempt_store,
            evidence,
            Ed25519Signer(settings.keys_folder),
            clock,
        ),
        roster=Roster(roster_store, invites, clock, ids, bus),
        invites=invites,
        attempt_store=attempt_store,
        attempts=attempts,
        clock_watch=clock_watch,
        conversation=Conversation(attempt_store, clock, ids),
        evidence=evidence,
        live=live.attempts,
        meetings=live.meetings,
        monitor=monitor,
        personal_data=PersonalData(records, attempt_store, evidence, photos, clock),
        photos=photos,
        recording_index=RecordingIndex(recording_store, attempt_store, clock),
        recordings=Recordings(recording_store, attempt_store, evidence, clock, ids, metrics),
        retention=retention,
        review=Review(attempt_store, monitor, clock),
        rooms=Rooms(attempt_store, clock),
        vision=vision,
        watches=live.watches,
        parts=(
            pulse(metrics),
            Part("database", start=database.start, stop=database.stop),
            Part("evidence", start=evidence.start),
            *town.parts,
            *live.parts,
            hourly_purge(retention),
        ),
        readiness=Readiness(
            (
                HealthCheck("database", database.check),
                HealthCheck("workers", _workers_check(vision)),
                HealthCheck("models", _models_check(settings), good_for_s=_MODELS_GOOD_FOR_S),
                HealthCheck("disk", _disk_check(settings)),
                # Not vital: what is to be kept waits for the store, and exams go on.
                HealthCheck("evidence", evidence.check, vital=False),
                *town.checks,
                HealthCheck("live view", _meeting_check(live.meetings), vital=False),
            ),
            metrics,
        ),
        leaving=Leaving(_CHANCE.random),
    )


def _turns() -> tuple[Target, ...]:
    """The order of the camera check's challenge, which nobody can foresee."""
    return tuple(_CHANCE.sample((Target.TURN_LEFT, Target.TURN_RIGHT), 2))


def _workers_check(vision: VisionPool) -> Check:
    async def check() -> str | None:
        return (
            None
            if vision.health().ready
            else (
                "no vision worker is ready; the log says why (vision_worker_does_not_start); run examhall doctor"
            )
        )

    return check


def _models_check(settings: Settings) -> Check:
    async def check() -> str | None:
        try:
            await to_thread.run_sync(verify_models, settings.models_dir)
        except ExamhallError as error:
            return error.message
        return None

    return check


def _meeting_check(meetings: Meetings) -> Check:
    async def check() -> str | None:
        return meetings.state.reason

    return check


def _disk_check(settings: Settings) -> Check:
    async def check() -> str | None:
        return disk_problem(settings.data_dir, settings.min_free_disk_mb)

    return check


def _web_config(settings: Settings, services: Services, *, demo: bool) -> WebConfig:
    return WebConfig(
        base_url=settings.base_url,
        public_origin=settings.public_url,
        loopback_only=settings.loopback,
        static_dir=settings.static_dir or STATIC,
        models_dir=settings.models_dir,
        metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else None,
        detect_faces=settings.detect_faces,
        detect_faces_token=(
            settings.detect_faces_token.get_secret_value() if settings.detect_faces_token else None
        ),
        detect_faces_origins=settings.detect_faces_origins,
        detect_faces_every_s=settings.detect_faces_every_s,
        meeting_origins=services.meetings.page_origins,
        demo=demo,
    )
