"""Bodies of the HTTP API under /api/v1. Times are integers, ms since the epoch (UTC)."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from examhall.application.ports.meetings import ProviderName
from examhall.application.views import AttemptCard, ChatMessage, Clock, Incident, WarningNote
from examhall.domain.attempt import AttemptState
from examhall.domain.check_in import CheckInStep, CheckInView
from examhall.domain.clock import CreditReason
from examhall.domain.incident import Verdict
from examhall.domain.policy import Admission, Policy, Preset, Recording, Severity, Signal
from examhall.web.plain import Flag, Ms, refuse_nul

Name = Annotated[str, Field(min_length=1, max_length=200)]
Text2k = Annotated[str, Field(min_length=1, max_length=2000)]
# Not pydantic's EmailStr: it refuses addresses of local networks (ada@school.local), which are fine here.
Email = Annotated[str, Field(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")]
Role = Literal["admin", "proctor", "reviewer"]
ContentMode = Literal["text", "frame", "beside"]
# How long an invite link lets in once it is made; 0: until the exam closes.
LinkHours = Annotated[int, Field(ge=0, le=24 * 366)] | None


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _plain_text(cls, value: object) -> object:
        refuse_nul(value)
        return value


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(Answer):
    """RFC 9457 problem details; `code` is stable."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, str]] = []  # per field: {field, message}
    request_id: str | None = None  # as in the header X-Request-ID and in the server's log


# ---- exams ---------------------------------------------------------------------------------------


class NewExam(Body):  # POST /exams
    title: Name
    instructions: Annotated[str, Field(max_length=50_000)] = ""
    content_mode: ContentMode = "text"
    content_text: Annotated[str, Field(max_length=500_000)] = ""
    content_url: Annotated[str, Field(max_length=2000)] | None = None
    opens_at: Ms
    closes_at: Ms
    duration_s: Annotated[int, Field(ge=60, le=24 * 3600)]
    link_hours: LinkHours = None
    preset: Preset = Preset.STANDARD


class ChangeExam(Body):  # PATCH /exams/{id}; only what is given changes
    title: Name | None = None
    instructions: Annotated[str, Field(max_length=50_000)] | None = None
    content_mode: ContentMode | None = None
    content_text: Annotated[str, Field(max_length=500_000)] | None = None
    content_url: Annotated[str, Field(max_length=2000)] | None = None
    opens_at: Ms | None = None
    closes_at: Ms | None = None
    duration_s: Annotated[int, Field(ge=60, le=24 * 3600)] | None = None
    link_hours: LinkHours = None
    archived: Flag | None = None


class ExamCounts(Answer):
    candidates: int
    live: int
    waiting: int
    paused: int
    over: int
    undecided_incidents: int


class ExamSummary(Answer):  # GET /exams
    id: str
    title: str
    opens_at: Ms
    closes_at: Ms
    duration_s: int
    archived: bool
    counts: ExamCounts
    my_role: Role


class PolicyAnswer(Answer):  # GET /exams/{id}/policy
    revision: int
    policy: Policy
    switched_off: list[Signal]  # by the content mode


class Exam(ExamSummary):  # GET /exams/{id}
    instructions: str
    content_mode: ContentMode
    content_text: str
    content_url: str | None
    link_hours: int | None  # how long an invite link lets in once it is made; None: until the exam closes
    policy: PolicyAnswer


class ChangePolicy(Body):  # PUT /exams/{id}/policy: makes a new revision
    policy: Policy


class SignalInfo(Answer):  # GET /policies: what the editor says of each signal
    signal: Signal
    label: str
    sentence: str
    threshold_unit: str


class PolicyCatalogue(Answer):
    presets: dict[Preset, Policy]
    signals: list[SignalInfo]
    admissions: list[Admission]


class PolicyCostAsked(Body):  # POST /policies/cost
    policy: Policy


class PolicyCost(Answer):
    """What a candidate costs under a policy, by reference prices: CPU milliseconds of one core, storage in bytes."""

    quiet_ms_per_s: float
    talking_ms_per_s: float  # of one who talks all the time
    candidates_per_core: int
    recording_bytes_per_hour: int


class ExamMember(Answer):  # GET /exams/{id}/staff
    user_id: str
    name: str
    email: str
    role: Role


class SetMember(Body):  # PUT /exams/{id}/staff/{user_id}
    role: Literal["proctor", "reviewer"]


# ---- candidates (the roster) ---------------------------------------------------------------------


class NewCandidate(Body):  # POST /exams/{id}/candidates
    name: Name
    email: Email | None = None
    ref: Annotated[str, Field(max_length=100)] | None = None
    extra_time_s: Annotated[int, Field(ge=0, le=24 * 3600)] = 0


class ChangeCandidate(Body):  # PATCH /exams/{id}/candidates/{attempt_id}: an empty email or ref takes it away
    name: Name | None = None
    email: Email | Literal[""] | None = None
    ref: Annotated[str, Field(max_length=100)] | None = None
    extra_time_s: Annotated[int, Field(ge=0, le=24 * 3600)] | None = None


class Candidate(Answer):  # GET /exams/{id}/candidates
    attempt_id: str
    number: int
    name: str
    email: str | None
    ref: str | None
    extra_time_s: int
    state: AttemptState
    link: str  # the signed invite link of this attempt
    link_expires_at: Ms
    has_photo: bool  # a reference photo for the check-in


class RosterPhoto(
    Answer
):  # GET, PUT /exams/{id}/candidates/{attempt_id}/photo; the picture itself never leaves
    media_type: Literal["image/jpeg", "image/png", "image/webp"]
    width: int
    height: int
    size: int  # bytes
    added_at: Ms


class CandidateCsv(Body):  # POST /exams/{id}/candidates/csv: name,email,ref,extra_minutes
    text: Annotated[str, Field(max_length=2_000_000)]
    dry_run: Flag = False


class CsvRowError(Answer):
    row: int  # 1-based line of the text
    column: str | None
    message: str


class CsvResult(Answer):
    added: list[Candidate]  # with dry_run: empty
    would_add: int
    errors: list[CsvRowError]  # any error: nothing is added


# ---- the candidate's side ------------------------------------------------------------------------


class Join(Body):  # POST /join; sets the attempt cookie
    token: Annotated[str, Field(max_length=2000)]


class Joined(Answer):
    attempt_id: str
    bearer: str | None = None  # only with header Examhall-Client: program


class Watched(Answer):
    """One line of the notice: what is watched and why."""

    signal: Signal
    label: str
    sentence: str


class Notice(Answer):
    """What the candidate consents to; `hash` is over all of it."""

    hash: str
    watched: list[Watched]
    camera: bool
    microphone: bool
    screen: bool
    recording: Recording
    recording_sentence: str
    retention_days: int
    who_sees: str
    human_decides: str
    time_sentence: str  # the rule of the clock
    network_credit_limit_s: float


class Room(Answer):  # GET /attempts/{id}/room: everything the candidate's page shows
    attempt_id: str
    candidate_name: str
    exam_title: str
    instructions: str  # Markdown
    content_mode: ContentMode
    content_text: str | None  # only while live or paused
    content_url: str | None  # only while live or paused
    opens_at: Ms
    closes_at: Ms
    state: AttemptState
    reason: str | None  # what staff said of the pause or the end
    consented: bool
    notice: Notice
    require_screen: bool
    require_microphone: bool
    recording: Recording
    camera_check: bool
    admission: Admission
    watch_fullscreen: bool
    watch_clipboard: bool
    watch_focus: bool
    watch_microphone: bool  # report when it is muted or gives no sound
    watch_second_screen: bool
    listen: bool  # send sound, 16 kHz, while there is some
    clock: Clock
    sampling_interval_s: float
    meeting_provider: ProviderName


class Consent(Body):  # POST /attempts/{id}/consent  (invited -> checking_in)
    notice_hash: str
    locale: Annotated[str, Field(max_length=35)]
    agreed: Flag  # False: refusal, tells staff


class RoomState(Answer):
    """Answer of /consent, /ready, /start, /submit, /withdraw."""

    state: AttemptState
    clock: Clock


class AskCheckIn(Body):  # POST /attempts/{id}/check-in where sockets are blocked
    step: CheckInStep | None = None
    skip: Flag = False


class FrameTaken(Answer):
    """Answer of POST /attempts/{id}/frames. check_in: where the camera check stands, while one runs."""

    sampling_interval_s: float  # in how many seconds the next picture is wanted
    check_in: CheckInView | None


class EventBatch(Body):  # POST /attempts/{id}/events where sockets are blocked
    instance_id: Annotated[str, Field(min_length=1, max_length=64)]
    events: Annotated[list[dict[str, object]], Field(max_length=500)]  # wire.PageEvent


class EventsTaken(Answer):
    acknowledged_seq: int


# ---- staff and attempts --------------------------------------------------------------------------


class Reason(Body):  # POST /attempts/{id}/{pause,resume}
    reason: Annotated[str, Field(max_length=500)] = ""


class EndAttempt(Body):  # POST /attempts/{id}/end: it cannot be taken back, so somebody says why
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]


class Warn(Body):  # POST /attempts/{id}/warn
    text: Text2k
    incident_id: str | None = None


class Say(Body):  # POST /attempts/{id}/message, POST /exams/{id}/message
    text: Text2k
    client_id: Annotated[str, Field(max_length=64)] | None = None


class SentToAll(Answer):
    recipients: int


class GiveTime(Body):  # POST /attempts/{id}/credit, POST /exams/{id}/credit
    """seconds: below zero takes back what a proctor gave. request_id: the same again gives once."""

    seconds: Annotated[float, Field(ge=-4 * 3600, le=4 * 3600)]
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
    request_id: Annotated[str, Field(min_length=8, max_length=64)] | None = None

    @field_validator("seconds")
    @classmethod
    def _at_least_one(cls, value: float) -> float:
        if abs(value) < 1:
            raise ValueError("give or take back at least a second")
        return value


class GivenToAll(Answer):
    given: int
    refused: int  # over meanwhile, or nothing of a proctor's to take back


class Decide(Body):  # POST /incidents/{id}/verdict
    verdict: Verdict
    note: Annotated[str, Field(max_length=2000)] = ""


class CreditEntry(Answer):
    seconds: float
    reason: CreditReason
    note: str
    given_by: str | None
    at: Ms


class TimelineEntry(Answer):
    """One line of the attempt's story, from the chained log."""

    seq: int
    type: str
    at: Ms
    words: str


class AttemptDetail(Answer):  # GET /attempts/{id}
    exam_id: str
    exam_title: str
    card: AttemptCard
    candidate_email: str | None
    incidents: list[Incident]
    chat: list[ChatMessage]
    warnings: list[WarningNote]
    credits: list[CreditEntry]
    timeline: list[TimelineEntry]
    chain: Literal["intact", "erased", "broken"]


class ReviewItem(Answer):  # GET /exams/{id}/review: attempts by what is undecided
    attempt_id: str
    candidate_name: str
    candidate_ref: str | None
    state: AttemptState
    undecided: int
    confirmed: int
    dismissed: int
    highest: Severity | None
    risk: float
