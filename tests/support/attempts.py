"""A database with one exam and its attempts, a clock that stands until it is moved, ids one can read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import insert

from examhall.adapters.bus.memory import MemoryBus
from examhall.adapters.db import rows
from examhall.adapters.db.attempt_store import SqlAttemptStore
from examhall.adapters.db.engine import Database, sqlite_url
from examhall.adapters.db.outbox import OUTBOX_KEPT
from examhall.application.attempts import Attempts
from examhall.application.clock_watch import ClockWatch
from examhall.application.conversation import Conversation
from examhall.application.monitor import Monitor
from examhall.application.ports.attempt_store import IncidentRecord
from examhall.application.review import Review
from examhall.application.room import Rooms
from examhall.domain.incident import Verdict
from examhall.domain.policy import Policy, Preset, Severity, Signal
from examhall.domain.presets import PRESETS

EXAM = "exam-1"
PROCTOR = "user-proctor"
NOON = 1_800_000_000_000
HOUR_MS = 3_600_000


@dataclass(slots=True)
class HeldClock:
    """Time passes only when a test says so."""

    ms: int = NOON

    def now_ms(self) -> int:
        return self.ms

    def wall_ms(self) -> int:
        return self.ms

    def not_before(self, ms: int) -> None:
        self.ms = max(self.ms, ms)

    def monotonic_s(self) -> float:
        return self.ms / 1000

    def pass_s(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


@dataclass(slots=True)
class CountedIds:
    prefix: str = "id"
    _next: "count[int]" = field(default_factory=lambda: count(1))

    def new_id(self) -> str:
        return f"{self.prefix}-{next(self._next):06d}"

    def new_token(self) -> str:
        return self.new_id()

    def new_salt(self) -> bytes:
        return next(self._next).to_bytes(32, "big")


@dataclass(slots=True)
class World:
    """The use cases over one real database file."""

    database: Database
    store: SqlAttemptStore
    bus: MemoryBus
    clock: HeldClock
    ids: CountedIds
    attempts: Attempts
    clock_watch: ClockWatch
    conversation: Conversation
    monitor: Monitor
    review: Review
    rooms: Rooms

    async def go_live(self, attempt_id: str) -> None:
        """Through consent and check-in; admission must be automatic."""
        attempt = await self.store.attempt(attempt_id)
        notice = await self.attempts.consent_notice(attempt)
        await self.attempts.consent(attempt_id, notice_hash=notice.hash, locale="en")
        await self.attempts.ready(attempt_id)


@asynccontextmanager
async def opened(
    folder: Path,
    *,
    url: str | None = None,
    clock: HeldClock | None = None,
    ids: CountedIds | None = None,
    kept: int = OUTBOX_KEPT,
) -> AsyncIterator[World]:
    """The world over a database, `folder`'s by itself, made when it is not there. Open it twice for a restart."""
    clock, ids, bus = clock or HeldClock(), ids or CountedIds(), MemoryBus()
    database = Database(url or sqlite_url(folder / "examhall.db"))
    await database.start()
    try:
        store = SqlAttemptStore(database, bus, clock, ids, outbox_kept=kept)
        monitor = Monitor(store, clock)
        yield World(
            database=database,
            store=store,
            bus=bus,
            clock=clock,
            ids=ids,
            attempts=Attempts(store, clock, ids),
            clock_watch=ClockWatch(store, clock, ids, server_id="server"),
            conversation=Conversation(store, clock, ids),
            monitor=monitor,
            review=Review(store, monitor, clock),
            rooms=Rooms(store, clock),
        )
    finally:
        await database.stop()


async def seed(
    world: World,
    *names: str,
    policy: Policy = PRESETS[Preset.STANDARD],
    exam_id: str = EXAM,
    opens_at: int = NOON - HOUR_MS,
    closes_at: int = NOON + 2 * HOUR_MS,
    duration_s: int = 3600,
    content_mode: str = "text",
) -> None:
    """One exam of an hour, open from an hour ago for two more, with an invited attempt for each name."""
    now = world.clock.now_ms()
    revision = f"{exam_id}-policy-1"
    async with world.database.write() as session:
        await session.execute(
            insert(rows.EXAM).values(
                id=exam_id,
                title="Algebra",
                instructions="Read *all* first.",
                content_mode=content_mode,
                content_text="1 + 1 = ?",
                content_url=None,
                opens_at=opens_at,
                closes_at=closes_at,
                duration_s=duration_s,
                policy_revision_id=revision,
                update_counter=0,
                created_by=None,
                created_at=now,
                archived_at=None,
            )
        )
        await session.execute(
            insert(rows.POLICY_REVISION).values(
                id=revision, exam_id=exam_id, number=1, body=rows.policy_body(policy), created_at=now
            )
        )
        for number, name in enumerate(names, start=1):
            await session.execute(
                insert(rows.ATTEMPT).values(
                    id=f"{exam_id}-{name}",
                    exam_id=exam_id,
                    number=number,
                    candidate_name=name.title(),
                    candidate_email=f"{name}@example.org",
                    candidate_ref=None,
                    extra_time_s=0,
                    state="invited",
                    epoch=0,
                    connected=False,
                    sharing_camera=False,
                    sharing_microphone=False,
                    sharing_screen=False,
                    clock_base_s=0.0,
                    log_seq=0,
                    log_head="",
                    created_at=now,
                )
            )


async def seed_staff(world: World, user_id: str = PROCTOR, name: str = "Grace Hopper") -> None:
    async with world.database.write() as session:
        await session.execute(
            insert(rows.USER).values(
                id=user_id,
                email=f"{user_id}@example.org",
                name=name,
                role="proctor",
                password_hash=None,
                disabled_at=None,
                created_at=world.clock.now_ms(),
            )
        )


def incident(
    attempt_id: str,
    key: str = "multiple_faces#1",
    *,
    opened_at: int = NOON,
    signal: Signal = Signal.MULTIPLE_FACES,
    severity: Severity = Severity.HIGH,
    weight: float = 30.0,
) -> IncidentRecord:
    return IncidentRecord(
        id=f"{attempt_id}/{key}"[-32:],
        attempt_id=attempt_id,
        key=key,
        signal=signal,
        severity=severity,
        weight=weight,
        confidence=0.9,
        words="2 faces for 4.2 s, best scores 0.98 and 0.91",
        numbers={"faces": 2.0, "seconds": 4.2},
        began_at=opened_at - 4200,
        opened_at=opened_at,
        last_seen_at=opened_at,
        closed_at=None,
        times=1,
        alert=True,
        verdict=Verdict.UNDECIDED,
        verdict_by=None,
        verdict_at=None,
        verdict_note="",
        handled_at=None,
    )
