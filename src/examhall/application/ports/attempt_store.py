"""The port to what is stored of attempts. One transaction per change; committed before acknowledged.

Everything that a page may show goes together: the change itself, its line in the chained log and
its pointer in the exam's outbox are written in one transaction. After the commit the implementation wakes
`exam/{exam_id}` (key "updates") and `attempt/{id}` on the bus, the latter with the keys "state" (the record
or its credits changed), "chat" and "warning".
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from examhall.application.ports.recording_store import SegmentRecord
from examhall.domain.attempt import AttemptState
from examhall.domain.bandwidth import BandwidthRung, RecordingNow
from examhall.domain.chain import ChainHead
from examhall.domain.check_in import CheckInResult
from examhall.domain.incident import Verdict
from examhall.domain.observation import PageEventKind
from examhall.domain.policy import Policy, Severity, Signal

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One row of `attempt`; see adapters/db/tables.py for the meaning of the columns."""

    id: str
    exam_id: str
    number: int
    candidate_name: str = field(repr=False)
    candidate_email: str | None = field(repr=False)
    candidate_ref: str | None = field(repr=False)
    extra_time_s: int
    state: AttemptState
    epoch: int
    instance_id: str | None
    policy_revision_id: str | None
    consented_at: int | None
    live_at: int | None
    paused_at: int | None
    paused_by: str | None  # a staff user id, "policy" or "candidate"
    over_at: int | None
    connected: bool
    disconnected_at: int | None
    hand_raised_at: int | None
    sharing_camera: bool
    sharing_microphone: bool
    sharing_screen: bool
    note: str | None
    clock_base_s: float
    rules_state: Json | None = field(repr=False)
    created_at: int = 0
    reason: str | None = field(default=None, repr=False)  # staff's words for this pause or end
    check_in: CheckInResult | None = field(default=None, repr=False)  # of the camera check, once done
    owner_id: str | None = None  # the server that holds its session
    bandwidth_rung: BandwidthRung = BandwidthRung.FULL
    recording: RecordingNow = RecordingNow.OFF
    taken_out_at: int | None = None  # of the live meeting, until somebody opens another live view
    saved_at: int | None = None  # the moment of clock_base_s: what was seen is stored until then


@dataclass(frozen=True, slots=True)
class IdentityTemplateRecord:
    """The face enrolled at check-in, sealed by the key ring; it never leaves the server."""

    attempt_id: str
    sealed: bytes = field(repr=False)
    key_id: str
    created_at: int


@dataclass(frozen=True, slots=True)
class ExamRecord:
    id: str
    title: str
    instructions: str
    content_mode: Literal["text", "frame", "beside"]
    content_text: str
    content_url: str | None
    opens_at: int
    closes_at: int
    duration_s: int
    policy_revision_id: str
    archived_at: int | None
    link_hours: int | None = None  # how long an invite link lets in; None: until the exam closes


@dataclass(frozen=True, slots=True)
class PolicyRevisionRecord:
    """Immutable; `number` counts within the exam, from 1."""

    id: str
    number: int
    policy: Policy


@dataclass(frozen=True, slots=True)
class IncidentRecord:
    id: str
    attempt_id: str
    key: str  # of the rules, unique within the attempt
    signal: Signal
    severity: Severity
    weight: float
    confidence: float
    words: str
    numbers: Mapping[str, float]
    began_at: int
    opened_at: int
    last_seen_at: int
    closed_at: int | None
    times: int
    alert: bool
    verdict: Verdict
    verdict_by: str | None  # staff user id
    verdict_at: int | None
    verdict_note: str
    handled_at: int | None


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    id: str
    incident_id: str
    attempt_id: str
    kind: Literal["camera", "screen", "audio", "gap"]
    captured_at: int
    media_type: str
    size: int
    sha256: str  # hex, of the plain bytes
    key_id: str
    path: str | None  # in the object store; None for a gap or when erased
    note: str


@dataclass(frozen=True, slots=True)
class ChatRecord:
    id: str
    attempt_id: str
    sender: str  # "candidate" or a staff user id
    text: str = field(repr=False)
    client_id: str | None
    at: int


@dataclass(frozen=True, slots=True)
class WarningRecord:
    id: str
    attempt_id: str
    incident_id: str | None
    sender: str  # "policy" or a staff user id
    text: str = field(repr=False)
    at: int
    acknowledged_at: int | None


@dataclass(frozen=True, slots=True)
class CreditRecord:
    id: str
    attempt_id: str
    seconds: float
    reason: Literal["pause", "server_fault", "network_loss", "proctor"]
    note: str
    given_by: str | None
    at: int


@dataclass(frozen=True, slots=True)
class PageEventRecord:
    attempt_id: str
    instance_id: str
    seq: int
    kind: PageEventKind
    page_ms: float
    late: bool
    body: Json
    received_at: int


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A line of the chained log (domain/chain.py)."""

    attempt_id: str
    seq: int
    prev_hash: str
    hash: str
    type: str
    at: int
    payload_mac: str
    payload: str | None
    salt: bytes | None


class UpdateKind(StrEnum):
    """What an outbox line points at. Pages are sent the whole object as it is when they are told."""

    ATTEMPT = "attempt"
    INCIDENT = "incident"
    CHAT = "chat"
    EXAM = "exam"


@dataclass(frozen=True, slots=True)
class OutboxLine:
    update_id: int
    kind: UpdateKind
    id: str


class AttemptTx(Protocol):
    """Inside one transaction that holds the attempt's row. Every `save_*`/`add_*` of something a proctor
    sees writes its outbox pointer by itself; `log` writes the chained line.

    Keep it short and never begin a second one inside it: SQLite has one writer at a time.
    """

    @property
    def attempt(self) -> AttemptRecord: ...

    async def save_attempt(self, attempt: AttemptRecord, *, tell: bool = True) -> None:
        """Write the record. tell=False: nothing a page shows changed (rules state, clock base)."""
        ...

    async def log(self, entry_type: str, payload: Json) -> None: ...

    async def erase_log(self, seq: int) -> None:
        """Erase the payload and salt of a line; the chain then verifies as "erased"."""
        ...

    async def erase_record(self, lasting: Collection[str]) -> Mapping[str, int]:
        """Erase all that is of the privacy classes record and evidence, but lines of the log of these types.

        The blobs must be gone already. Returns what it erased, counted; nothing the second time.
        """
        ...

    async def erase_roster(self) -> bool:
        """Take away who it was; False if that was done before."""
        ...

    async def take_event(self, event: PageEventRecord) -> bool:
        """Store it once; False if (attempt, instance, seq) was there already."""
        ...

    async def acknowledged_seq(self, instance_id: str) -> int:
        """The highest contiguous seq of that page instance, 0 if none."""
        ...

    async def add_observations(self, from_s: float, to_s: float, lines: str) -> None: ...

    async def incident_by_key(self, key: str) -> IncidentRecord | None: ...

    async def incident(self, incident_id: str) -> IncidentRecord | None: ...

    async def save_incident(self, incident: IncidentRecord) -> None:
        """Insert or update."""
        ...

    async def add_evidence(self, evidence: EvidenceRecord) -> None: ...

    async def take_segment(self, segment: SegmentRecord) -> SegmentRecord | None:
        """Store it once; otherwise what is there under its number."""
        ...

    async def add_chat(self, message: ChatRecord) -> bool:
        """False if the sender's client_id was taken already."""
        ...

    async def add_warning(self, warning: WarningRecord) -> None: ...

    async def acknowledge_warning(self, warning_id: str, at: int) -> bool:
        """False if this attempt has no such warning, or it was acknowledged before."""
        ...

    async def keep_template(self, template: IdentityTemplateRecord) -> None:
        """Store the enrolled face; one before it is replaced."""
        ...

    async def erase_template(self) -> bool:
        """False if there was none."""
        ...

    async def add_credit(self, credit: CreditRecord) -> None: ...

    async def credits(self) -> Sequence[CreditRecord]: ...


class AttemptStore(Protocol):
    @property
    def out_of_breath(self) -> bool:
        """Whether many wait to write: what can wait a few seconds should."""
        ...

    def begin(self, attempt_id: str, *, epoch: int | None = None) -> AbstractAsyncContextManager[AttemptTx]:
        """Commit on a clean exit, roll back on an exception.

        Raises `ExamhallError` `attempt_not_found`; `stale_owner` when `epoch` is given and is no longer the
        attempt's (somebody newer owns it: stop); `storage_full` when the disk is full.
        """
        ...

    async def attempt(self, attempt_id: str) -> AttemptRecord: ...

    async def attempts_of_exam(self, exam_id: str) -> Sequence[AttemptRecord]: ...

    async def attempts_running(self) -> Sequence[AttemptRecord]:
        """All that are not over and past `invited`, any exam."""
        ...

    async def attempts_left(self, servers: Collection[str]) -> Sequence[AttemptRecord]:
        """Of the running ones those that were held by a server which is none of these."""
        ...

    async def attempts_due(self, now_ms: int) -> Sequence[AttemptRecord]:
        """Those the clock may have to act on now, any exam; credits are not yet looked at.

        Live ones past their nominal end, others not over (paused ones too) whose window has closed, and waiting
        ones whose window is open.
        """
        ...

    async def exam(self, exam_id: str) -> ExamRecord: ...

    async def policy_revision(self, revision_id: str) -> PolicyRevisionRecord: ...

    async def policy(self, attempt: AttemptRecord) -> Policy:
        """The pinned revision, or the exam's current one before check-in."""
        ...

    async def incidents_of_attempt(self, attempt_id: str) -> Sequence[IncidentRecord]: ...

    async def incidents_of_exam(self, exam_id: str) -> Sequence[IncidentRecord]: ...

    async def incident(self, incident_id: str) -> IncidentRecord: ...

    async def evidence_of_incidents(self, incident_ids: Sequence[str]) -> Sequence[EvidenceRecord]: ...

    async def evidence(self, evidence_id: str) -> EvidenceRecord: ...

    async def chat_of_attempt(self, attempt_id: str) -> Sequence[ChatRecord]: ...

    async def chat_of_exam(self, exam_id: str) -> Sequence[ChatRecord]: ...

    async def chat_message(self, message_id: str) -> ChatRecord: ...

    async def warnings_of_attempt(self, attempt_id: str) -> Sequence[WarningRecord]: ...

    async def credits_of_attempt(self, attempt_id: str) -> Sequence[CreditRecord]: ...

    async def credits_of_exam(self, exam_id: str) -> Sequence[CreditRecord]: ...

    async def template(self, attempt_id: str) -> IdentityTemplateRecord | None:
        """The face enrolled at check-in."""
        ...

    async def attempts_with_template_over(self) -> Sequence[AttemptRecord]:
        """Those that are over and whose enrolled face is still kept."""
        ...

    async def log_of_attempt(self, attempt_id: str) -> Sequence[LogRecord]: ...

    async def log_head(self, attempt_id: str) -> ChainHead:
        """What the attempt's row says is its newest line."""
        ...

    async def observations_of_attempt(self, attempt_id: str) -> Sequence[str]:
        """JSONL batches in order."""
        ...

    async def staff_names(self, user_ids: Sequence[str]) -> Mapping[str, str]: ...

    async def outbox_head(self, exam_id: str) -> int: ...

    async def outbox_after(
        self, exam_id: str, update_id: int, *, limit: int = 10_000
    ) -> Sequence[OutboxLine] | None:
        """Lines after `update_id` in order; None when they are no longer all there (take a snapshot)."""
        ...

    async def beat(self, server_id: str, at_ms: int) -> None: ...

    async def last_beat(self, server_id: str | None = None) -> int | None:
        """When this server, or any, last said that it serves, ms since the epoch."""
        ...
