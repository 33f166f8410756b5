"""What the web, the sockets and the command line may use: one typed field for each use case.

Add a field here and construct it in `bootstrap/house.py`.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from examhall.application.access import Access
from examhall.application.accounts import Accounts
from examhall.application.api_keys import ApiKeys
from examhall.application.attempts import Attempts
from examhall.application.audit import AuditLog
from examhall.application.clock_watch import ClockWatch
from examhall.application.conversation import Conversation
from examhall.application.exams import Exams
from examhall.application.export import Exports
from examhall.application.invites import Invites
from examhall.application.known_devices import KnownDevices
from examhall.application.leaving import Leaving
from examhall.application.lifecycle import Part
from examhall.application.meetings import Meetings
from examhall.application.monitor import Monitor
from examhall.application.personal_data import PersonalData
from examhall.application.photos import Photos
from examhall.application.ports.attempt_store import AttemptStore
from examhall.application.ports.bus import Bus
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.keys import KeyRing
from examhall.application.ports.live import LiveAttempts
from examhall.application.ports.metrics import Metrics
from examhall.application.ports.servers import Servers
from examhall.application.ports.vision import VisionPool
from examhall.application.readiness import Readiness
from examhall.application.recording_index import RecordingIndex
from examhall.application.recordings import Recordings
from examhall.application.retention import Retention
from examhall.application.review import Review
from examhall.application.room import Rooms
from examhall.application.roster import Roster
from examhall.application.second_factor import SecondFactors
from examhall.application.sign_in import SignIn
from examhall.application.staff_sessions import StaffSessions
from examhall.application.watch import Watches

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that is constructed once and lives as long as the server."""

    clock: Clock
    ids: Ids
    bus: Bus
    keys: KeyRing
    access: Access
    accounts: Accounts
    api_keys: ApiKeys
    audit: AuditLog
    devices: KnownDevices
    factors: SecondFactors
    servers: Servers
    sessions: StaffSessions
    sign_in: SignIn
    exams: Exams
    exports: Exports
    roster: Roster
    invites: Invites
    metrics: Metrics
    attempt_store: AttemptStore
    attempts: Attempts
    clock_watch: ClockWatch
    conversation: Conversation
    evidence: EvidenceStore
    live: LiveAttempts
    meetings: Meetings
    monitor: Monitor
    personal_data: PersonalData
    photos: Photos
    recording_index: RecordingIndex
    recordings: Recordings
    retention: Retention
    review: Review
    rooms: Rooms
    vision: VisionPool
    watches: Watches
    parts: tuple[Part, ...]  # started in this order, stopped in reverse
    readiness: Readiness
    leaving: Leaving

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start every part; on leaving (or when a later part fails to start) stop the started ones."""
        async with AsyncExitStack() as started:
            for part in self.parts:
                await part.start()
                started.push_async_callback(_stop, part)
            yield

    async def drain(self) -> None:
        """Say that we are not ready, then send the pages away while their connections still stand."""
        self.readiness.drain()
        for part in self.parts:
            await part.drain()
        await self.leaving.send_away()


async def _stop(part: Part) -> None:
    try:
        await part.stop()
    except Exception:  # a part that fails to stop must not keep the others from stopping
        log.exception("part_failed_to_stop", extra={"part": part.name})
