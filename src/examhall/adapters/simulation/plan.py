"""What a crowd of simulated candidates is told to do, and what it reports: JSON between two processes."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from examhall.adapters.simulation.behaviours import STEPS, Behaviour, Step


@dataclass(frozen=True, slots=True)
class Member:
    """One simulated candidate. `number` chooses its look; `steps` are its behaviour's unless given.

    camera_check: go through the camera check before the exam as far as a picture can: the face; the rest is
    skipped.
    """

    join_url: str = field(repr=False)
    behaviour: Behaviour = Behaviour.BEHAVES
    number: int = 0
    steps: tuple[Step, ...] | None = None
    camera_check: bool = False

    @property
    def does(self) -> tuple[Step, ...]:
        """The cycle of steps that it goes through."""
        return self.steps or STEPS[self.behaviour]


@dataclass(frozen=True, slots=True)
class CrowdPlan:
    """`duration_s` None: until stopped. `remember_frames`: the report names every frame that was sent.

    `start_over_s` None: each starts when its pictures are drawn. Else all are drawn first, then start evenly
    spread over so many seconds.
    """

    members: tuple[Member, ...]
    portraits_dir: Path
    duration_s: float | None = None
    remember_frames: bool = False
    start_over_s: float | None = None


@dataclass(slots=True)
class Tally:
    """What a simulated candidate did; `events_acknowledged` is the highest contiguous number.

    `began_ms`: when it used its link; `live_ms`: when it was first told that its exam runs (ms since the epoch).
    """

    frames_sent: int = 0
    events_sent: int = 0
    events_acknowledged: int = 0
    connections: int = 0
    warnings: int = 0
    live_views: int = 0
    began_ms: int | None = None
    live_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SentFrame:
    """When a frame was captured (ms since the epoch) and what it showed."""

    sequence: int
    captured_at_ms: int
    scene: str


@dataclass(frozen=True, slots=True)
class MemberReport:
    """What one candidate did; `error` says in words why it could not take part."""

    tally: Tally
    sent: tuple[SentFrame, ...]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CrowdReport:
    """By member, in the plan's order."""

    members: tuple[MemberReport, ...]


PLAN_JSON: TypeAdapter[CrowdPlan] = TypeAdapter(CrowdPlan)
REPORT_JSON: TypeAdapter[CrowdReport] = TypeAdapter(CrowdReport)
