"""What every session needs of the house, in one place."""

from collections.abc import Callable
from dataclasses import dataclass

from examhall.application.attempts import Attempts
from examhall.application.biometrics import BiometricRetention
from examhall.application.clock_watch import ClockWatch
from examhall.application.photos import Photos
from examhall.application.ports.attempt_store import AttemptStore
from examhall.application.ports.bus import Bus
from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.keys import KeyRing
from examhall.application.ports.leases import Leases
from examhall.application.ports.metrics import Metrics
from examhall.application.ports.servers import Servers
from examhall.application.ports.vision import VisionPool
from examhall.domain.check_in import Target


@dataclass(frozen=True, slots=True)
class World:
    store: AttemptStore
    bus: Bus
    vision: VisionPool
    evidence: EvidenceStore
    clock: Clock
    ids: Ids
    metrics: Metrics
    attempts: Attempts
    clock_watch: ClockWatch
    keys: KeyRing
    photos: Photos
    biometrics: BiometricRetention
    leases: Leases
    servers: Servers
    turns: Callable[[], tuple[Target, ...]]  # the order of the camera check's challenge
