"""What every session needs of the house, in one place."""

from dataclasses import dataclass
from typing import Protocol

from examhall.application.ports.attempt_store import AttemptStore
from examhall.application.ports.bus import Bus
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.metrics import Metrics
from examhall.application.ports.vision import VisionPool


class AttemptCommands(Protocol):
    """The use cases that a running attempt calls by itself."""

    async def note_connected(self, attempt_id: str, instance_id: str) -> int:
        """Record that this page holds the attempt; return the new fencing epoch."""
        ...

    async def note_disconnected(self, attempt_id: str) -> None: ...

    async def pause_by_policy(self, attempt_id: str, reason: str) -> None: ...

    async def expire_due(self) -> None: ...

    async def credit_server_fault(self) -> None:
        """At start-up, before the first beat: give back what an outage took."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    store: AttemptStore
    bus: Bus
    vision: VisionPool
    evidence: EvidenceStore
    clock: Clock
    ids: Ids
    metrics: Metrics
    commands: AttemptCommands
