"""What pages show: read models, shared by the HTTP answers and the sockets.

Names ending in `_at`, and `deadline`, `server_now`, `as_of`, are integers: ms since the epoch (UTC).
What decays or runs is given as (value, as_of, half_life_s) or as a deadline; the page derives.
"""

from dataclasses import dataclass, field
from typing import Literal

from examhall.domain.attempt import AttemptState
from examhall.domain.bandwidth import BandwidthRung, RecordingNow
from examhall.domain.check_in import StepView
from examhall.domain.clock import CreditReason
from examhall.domain.incident import Verdict
from examhall.domain.observation import Detector
from examhall.domain.policy import Severity, Signal


@dataclass(frozen=True, slots=True)
class GivenBack:
    """One line of the ledger. at: the end of the stretch that was lost, or when a proctor gave it.

    seconds: below zero where a proctor took back what one gave; note: the proctor's reason, the candidate reads it.
    """

    seconds: float
    reason: CreditReason
    note: str
    at: int


@dataclass(frozen=True, slots=True)
class Clock:
    """The attempt's exam clock.

    Time left is `deadline - now` while live, `deadline - paused_at` while paused.
    """

    started_at: int | None  # None: not started
    deadline: int | None
    paused_at: int | None
    duration_s: float  # with the accommodation's extra time
    credited_s: float  # given back so far: the sum of the ledger
    server_now: int
    ledger: tuple[GivenBack, ...] = ()  # by time


@dataclass(frozen=True, slots=True)
class RiskPart:
    incident_id: str
    signal: Signal
    weight: float  # at the moment `at`
    at: int


@dataclass(frozen=True, slots=True)
class Risk:
    """value = sum(weight * 2^(-(as_of - at) / half_life_s)) over the parts."""

    value: float
    as_of: int
    half_life_s: float
    parts: tuple[RiskPart, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One picture or the sound of an incident; a gap says in `note` what is missing and has no url."""

    id: str
    kind: Literal["camera", "screen", "audio", "gap"]
    captured_at: int
    url: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Incident:
    id: str
    attempt_id: str
    signal: Signal
    severity: Severity
    confidence: float
    words: str  # the explanation
    numbers: dict[str, float]
    began_at: int
    opened_at: int
    last_seen_at: int
    closed_at: int | None
    times: int
    alert: bool  # the policy shows it to the proctor as an alert
    handled: bool  # warned, dismissed or confirmed: off the open list
    verdict: Verdict
    verdict_by: str | None  # display name of staff
    verdict_note: str
    evidence: tuple[Evidence, ...]  # by captured_at


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """`sender_name` is the staff member's display name on staff pages, None on the candidate's."""

    id: str
    attempt_id: str
    sender: Literal["candidate", "staff"]
    sender_name: str | None
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class WarningNote:
    """What the candidate is told; stays on the page until acknowledged."""

    id: str
    text: str
    at: int
    acknowledged_at: int | None


@dataclass(frozen=True, slots=True)
class Sharing:
    """What the page says it captures now."""

    camera: bool
    microphone: bool
    screen: bool


@dataclass(frozen=True, slots=True)
class DetectorOff:
    """A detector that is off for this attempt, and why, in plain words."""

    detector: Detector
    reason: str


@dataclass(frozen=True, slots=True)
class CheckIn:
    """How the camera check went. reference_distance: to the roster's photo, None without one."""

    steps: tuple[StepView, ...]
    reference_distance: float | None


@dataclass(frozen=True, slots=True)
class AttemptCard:
    """What a tile of the wall shows of one attempt."""

    attempt_id: str
    number: int  # within the exam; the thumbnails' attempt index
    candidate_name: str
    candidate_ref: str | None
    state: AttemptState
    connected: bool
    disconnected_at: int | None
    clock: Clock
    risk: Risk
    hand_raised_at: int | None
    sharing: Sharing
    paused_by: str | None  # a name of staff, "the policy" or "the candidate"
    note: str | None  # "pictures are not looked at for 60 s: ..."
    detectors_off: tuple[DetectorOff, ...]  # since the camera check
    check_in: CheckIn | None  # the camera check, None before it is done
    bandwidth_rung: BandwidthRung  # what the page leaves out because its line is slow
    recording: RecordingNow
    taken_out_at: int | None  # of the live view by a proctor, who puts the candidate back


@dataclass(frozen=True, slots=True)
class ExamHead:
    id: str
    title: str
    opens_at: int
    closes_at: int
    duration_s: int
    prepared_warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IceServer:
    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = field(default=None, repr=False)
