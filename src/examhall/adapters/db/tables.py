"""Every table. Times are integers, ms since the epoch (UTC); ids are opaque text made by `new_id`.

Columns that later issues need (outbox, chain, key ids, epoch, policy revisions, instance ids,
exam_staff) are here from the first day, so that growing needs no rewriting of rows.
`info=` names the privacy class of every column; docs/privacy.md is made from it.
"""

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from examhall.adapters.db.base import (
    ACCOUNT,
    AUDIT,
    BIOMETRIC,
    EXAM,
    FRAME,
    RECORD,
    ROSTER,
    SECRET,
    WORKING,
    Base,
)
from examhall.adapters.db.evidence_tables import EvidenceRow, RecordingSegmentRow

__all__ = ["Base", "EvidenceRow", "RecordingSegmentRow"]  # beside those that are defined here


class UserRow(Base):
    """A staff account. password_hash is argon2id, None until the link was used."""

    __tablename__ = "user"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=ACCOUNT)
    email: Mapped[str] = mapped_column(String(320), unique=True, info=ACCOUNT)
    name: Mapped[str] = mapped_column(String(200), info=ACCOUNT)
    role: Mapped[str] = mapped_column(String(16), info=ACCOUNT)
    password_hash: Mapped[str | None] = mapped_column(Text, info=SECRET)
    disabled_at: Mapped[int | None] = mapped_column(info=ACCOUNT)
    created_at: Mapped[int] = mapped_column(info=ACCOUNT)


class StaffSessionRow(Base):
    """A login; the cookie's token is stored as SHA-256 only."""

    __tablename__ = "staff_session"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=WORKING)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=SECRET)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), info=WORKING)
    created_at: Mapped[int] = mapped_column(info=WORKING)
    expires_at: Mapped[int] = mapped_column(info=WORKING)
    last_used_at: Mapped[int] = mapped_column(info=WORKING)
    address: Mapped[str | None] = mapped_column(String(64), info=ACCOUNT)
    browser: Mapped[str | None] = mapped_column(String(200), info=ACCOUNT)


class SecondFactorRow(Base):
    """The secret of somebody's authenticator app, sealed. Counts once `confirmed_at` is set."""

    __tablename__ = "second_factor"
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, info=ACCOUNT
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=SECRET)
    key_id: Mapped[str] = mapped_column(String(32), info=ACCOUNT)
    created_at: Mapped[int] = mapped_column(info=ACCOUNT)
    confirmed_at: Mapped[int | None] = mapped_column(info=ACCOUNT)
    last_step: Mapped[int] = mapped_column(info=ACCOUNT)  # of the last code taken: none is taken twice


class RecoveryCodeRow(Base):
    """Codes for who has lost the app, each good once; stored as SHA-256 only (they are random, 80 bits)."""

    __tablename__ = "recovery_code"
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, info=ACCOUNT
    )
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=SECRET)
    used_at: Mapped[int | None] = mapped_column(info=ACCOUNT)


class LoginFailureRow(Base):
    """A failed login, by account and by address; both only as a keyed hash. Older than a day it is gone."""

    __tablename__ = "login_failure"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=WORKING)
    key: Mapped[str] = mapped_column(String(64), primary_key=True, info=WORKING)
    at: Mapped[int] = mapped_column(info=WORKING)


class ApiKeyRow(Base):
    """A program's key: acts for the admin who made it, within its scopes. The token is stored as SHA-256 only."""

    __tablename__ = "api_key"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=ACCOUNT)
    name: Mapped[str] = mapped_column(String(100), info=ACCOUNT)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=SECRET)
    scopes: Mapped[list[str]] = mapped_column(JSON, info=ACCOUNT)
    made_by: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), info=ACCOUNT)
    created_at: Mapped[int] = mapped_column(info=ACCOUNT)
    expires_at: Mapped[int] = mapped_column(info=ACCOUNT)
    last_used_at: Mapped[int | None] = mapped_column(info=ACCOUNT)
    revoked_at: Mapped[int | None] = mapped_column(info=ACCOUNT)


class AuditEntryRow(Base):
    """What staff did; no foreign keys, since a line outlives what it speaks of."""

    __tablename__ = "audit_entry"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=AUDIT)
    at: Mapped[int] = mapped_column(index=True, info=AUDIT)
    action: Mapped[str] = mapped_column(String(48), info=AUDIT)
    actor_id: Mapped[str | None] = mapped_column(String(32), info=AUDIT)
    key_id: Mapped[str | None] = mapped_column(String(32), info=AUDIT)
    address: Mapped[str | None] = mapped_column(String(64), info=AUDIT)
    target_kind: Mapped[str] = mapped_column(String(16), info=AUDIT)
    target_id: Mapped[str | None] = mapped_column(String(64), info=AUDIT)
    exam_id: Mapped[str | None] = mapped_column(String(32), info=AUDIT)
    reason: Mapped[str | None] = mapped_column(Text, info=AUDIT)
    details: Mapped[dict[str, str | int | bool | None]] = mapped_column(JSON, info=AUDIT)


class OneTimeLinkRow(Base):
    """First admin, password setting and demo links; the token is stored as SHA-256 only."""

    __tablename__ = "one_time_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=SECRET)
    purpose: Mapped[str] = mapped_column(String(32), info=WORKING)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), info=WORKING)
    expires_at: Mapped[int] = mapped_column(info=WORKING)
    used_at: Mapped[int | None] = mapped_column(info=WORKING)
    reusable: Mapped[bool] = mapped_column(default=False, info=WORKING)


class ExamRow(Base):
    __tablename__ = "exam"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=EXAM)
    title: Mapped[str] = mapped_column(String(200), info=EXAM)
    instructions: Mapped[str] = mapped_column(Text, default="", info=EXAM)  # Markdown
    content_mode: Mapped[str] = mapped_column(String(16), info=EXAM)  # text | frame | beside
    content_text: Mapped[str] = mapped_column(Text, default="", info=EXAM)  # Markdown
    content_url: Mapped[str | None] = mapped_column(Text, info=EXAM)
    opens_at: Mapped[int] = mapped_column(info=EXAM)
    closes_at: Mapped[int] = mapped_column(info=EXAM)
    duration_s: Mapped[int] = mapped_column(info=EXAM)
    link_hours: Mapped[int | None] = mapped_column(info=EXAM)  # how long a link is good; None: till it closes
    policy_revision_id: Mapped[str] = mapped_column(String(32), info=EXAM)
    update_counter: Mapped[int] = mapped_column(default=0, info=EXAM)  # last outbox id of this exam
    created_by: Mapped[str | None] = mapped_column(String(32), info=EXAM)
    created_at: Mapped[int] = mapped_column(info=EXAM)
    archived_at: Mapped[int | None] = mapped_column(info=EXAM)


class PolicyRevisionRow(Base):
    """Immutable; `body` is the policy as JSON."""

    __tablename__ = "policy_revision"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=EXAM)
    exam_id: Mapped[str] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), index=True, info=EXAM)
    number: Mapped[int] = mapped_column(info=EXAM)
    body: Mapped[dict[str, object]] = mapped_column(JSON, info=EXAM)
    created_by: Mapped[str | None] = mapped_column(String(32), info=EXAM)
    created_at: Mapped[int] = mapped_column(info=EXAM)
    __table_args__ = (UniqueConstraint("exam_id", "number"),)


class ExamStaffRow(Base):
    """Which proctors and reviewers belong to which exam; admins see all."""

    __tablename__ = "exam_staff"
    exam_id: Mapped[str] = mapped_column(
        ForeignKey("exam.id", ondelete="CASCADE"), primary_key=True, info=ACCOUNT
    )
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, info=ACCOUNT
    )
    role: Mapped[str] = mapped_column(String(16), info=ACCOUNT)


class AttemptRow(Base):
    """One candidate's sitting of one exam."""

    __tablename__ = "attempt"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=FRAME)
    exam_id: Mapped[str] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), index=True, info=FRAME)
    number: Mapped[int] = mapped_column(info=FRAME)  # index within the exam: the thumbnails' u32
    candidate_name: Mapped[str] = mapped_column(String(200), info=ROSTER)
    candidate_email: Mapped[str | None] = mapped_column(String(320), info=ROSTER)
    candidate_ref: Mapped[str | None] = mapped_column(String(100), info=ROSTER)  # matriculation no.
    extra_time_s: Mapped[int] = mapped_column(default=0, info=ROSTER)  # accommodation
    state: Mapped[str] = mapped_column(String(16), info=FRAME)
    epoch: Mapped[int] = mapped_column(default=0, info=FRAME)  # fencing: every write is conditional on it
    instance_id: Mapped[str | None] = mapped_column(String(64), info=FRAME)
    policy_revision_id: Mapped[str | None] = mapped_column(String(32), info=FRAME)  # pinned at check-in
    consented_at: Mapped[int | None] = mapped_column(info=FRAME)
    live_at: Mapped[int | None] = mapped_column(info=FRAME)  # when the clock started
    paused_at: Mapped[int | None] = mapped_column(info=FRAME)
    paused_by: Mapped[str | None] = mapped_column(String(32), info=FRAME)  # user id, "policy" or "candidate"
    reason: Mapped[str | None] = mapped_column(String(500), info=RECORD)  # what the candidate reads
    over_at: Mapped[int | None] = mapped_column(info=FRAME)
    connected: Mapped[bool] = mapped_column(default=False, info=FRAME)
    disconnected_at: Mapped[int | None] = mapped_column(info=FRAME)
    sharing_camera: Mapped[bool] = mapped_column(default=False, info=FRAME)
    sharing_microphone: Mapped[bool] = mapped_column(default=False, info=FRAME)
    sharing_screen: Mapped[bool] = mapped_column(default=False, info=FRAME)
    owner_id: Mapped[str | None] = mapped_column(String(32), info=FRAME)  # server that holds its session
    bandwidth_rung: Mapped[int] = mapped_column(default=0, info=FRAME)  # domain BandwidthRung
    recording: Mapped[str] = mapped_column(String(16), default="off", info=FRAME)  # domain RecordingNow
    taken_out_at: Mapped[int | None] = mapped_column(info=FRAME)  # of the live meeting
    note: Mapped[str | None] = mapped_column(String(300), info=RECORD)
    hand_raised_at: Mapped[int | None] = mapped_column(info=FRAME)
    clock_base_s: Mapped[float] = mapped_column(default=0.0, info=FRAME)  # attempt clock at the last save
    saved_at: Mapped[int | None] = mapped_column(info=FRAME)  # when that was: what was seen is stored so far
    rules_state: Mapped[dict[str, object] | None] = mapped_column(JSON, info=RECORD)
    check_in: Mapped[dict[str, object] | None] = mapped_column(JSON, info=RECORD)  # domain CheckInResult
    log_seq: Mapped[int] = mapped_column(default=0, info=FRAME)
    log_head: Mapped[str] = mapped_column(String(64), default="", info=FRAME)
    created_at: Mapped[int] = mapped_column(info=FRAME)
    __table_args__ = (UniqueConstraint("exam_id", "number"),)


class IdentityTemplateRow(Base):
    """The face enrolled at check-in: 128 numbers, sealed. Deleted `identity_retention_hours` after the attempt."""

    __tablename__ = "identity_template"
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True, info=FRAME
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BIOMETRIC)
    key_id: Mapped[str] = mapped_column(String(32), info=FRAME)
    created_at: Mapped[int] = mapped_column(info=FRAME)


class RosterPhotoRow(Base):
    """A reference photo of the roster: a sealed blob in the object store, deleted with the template."""

    __tablename__ = "roster_photo"
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True, info=FRAME
    )
    path: Mapped[str] = mapped_column(String(200), info=BIOMETRIC)
    key_id: Mapped[str] = mapped_column(String(32), info=FRAME)
    media_type: Mapped[str] = mapped_column(String(64), info=FRAME)
    width: Mapped[int] = mapped_column(info=FRAME)
    height: Mapped[int] = mapped_column(info=FRAME)
    size: Mapped[int] = mapped_column(info=FRAME)
    added_at: Mapped[int] = mapped_column(info=FRAME)


class InviteRow(Base):
    """A signed link's other half: revocable, bound to one attempt. `nonce` is inside the link."""

    __tablename__ = "invite"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=FRAME)
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), index=True, info=FRAME
    )
    expires_at: Mapped[int] = mapped_column(info=FRAME)
    revoked_at: Mapped[int | None] = mapped_column(info=FRAME)
    created_at: Mapped[int] = mapped_column(info=FRAME)


class CandidateSessionRow(Base):
    """The attempt cookie or a program's bearer token, stored as SHA-256 only."""

    __tablename__ = "candidate_session"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=SECRET)
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), index=True, info=WORKING
    )
    created_at: Mapped[int] = mapped_column(info=WORKING)
    expires_at: Mapped[int] = mapped_column(info=WORKING)


class CreditRow(Base):
    """The ledger of time given back."""

    __tablename__ = "credit"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=FRAME)
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), index=True, info=FRAME
    )
    seconds: Mapped[float] = mapped_column(info=FRAME)
    reason: Mapped[str] = mapped_column(String(16), info=FRAME)
    note: Mapped[str] = mapped_column(Text, default="", info=RECORD)
    given_by: Mapped[str | None] = mapped_column(String(32), info=FRAME)
    at: Mapped[int] = mapped_column(info=FRAME)


class PageEventRow(Base):
    """Events of the candidate's page, each taken once."""

    __tablename__ = "page_event"
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True, info=FRAME
    )
    instance_id: Mapped[str] = mapped_column(String(64), primary_key=True, info=FRAME)
    seq: Mapped[int] = mapped_column(primary_key=True, info=FRAME)
    kind: Mapped[str] = mapped_column(String(32), info=FRAME)
    page_ms: Mapped[float] = mapped_column(info=FRAME)  # the page's own monotonic time
    late: Mapped[bool] = mapped_column(info=FRAME)
    body: Mapped[dict[str, object]] = mapped_column(JSON, info=RECORD)
    received_at: Mapped[int] = mapped_column(info=FRAME)


class ObservationRow(Base):
    """Observations in batches of a second, as JSON lines; replayable."""

    __tablename__ = "observation"
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True, info=FRAME
    )
    batch: Mapped[int] = mapped_column(primary_key=True, info=FRAME)
    from_s: Mapped[float] = mapped_column(info=FRAME)
    to_s: Mapped[float] = mapped_column(info=FRAME)
    lines: Mapped[str] = mapped_column(Text, info=RECORD)


class IncidentRow(Base):
    __tablename__ = "incident"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=FRAME)
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), index=True, info=FRAME
    )
    key: Mapped[str] = mapped_column(String(64), info=FRAME)  # unique within the attempt, from the rules
    signal: Mapped[str] = mapped_column(String(32), info=FRAME)
    severity: Mapped[str] = mapped_column(String(16), info=FRAME)
    weight: Mapped[float] = mapped_column(info=FRAME)
    confidence: Mapped[float] = mapped_column(info=FRAME)
    words: Mapped[str] = mapped_column(Text, info=RECORD)
    numbers: Mapped[dict[str, float]] = mapped_column(JSON, info=RECORD)
    began_at: Mapped[int] = mapped_column(info=FRAME)
    opened_at: Mapped[int] = mapped_column(info=FRAME)
    last_seen_at: Mapped[int] = mapped_column(info=FRAME)
    closed_at: Mapped[int | None] = mapped_column(info=FRAME)
    times: Mapped[int] = mapped_column(default=1, info=FRAME)
    alert: Mapped[bool] = mapped_column(default=True, info=FRAME)
    verdict: Mapped[str] = mapped_column(String(16), default="undecided", info=FRAME)
    verdict_by: Mapped[str | None] = mapped_column(String(32), info=FRAME)
    verdict_at: Mapped[int | None] = mapped_column(info=FRAME)
    verdict_note: Mapped[str] = mapped_column(Text, default="", info=RECORD)
    handled_at: Mapped[int | None] = mapped_column(
        info=FRAME
    )  # off the alert list: warned, dismissed or confirmed
    __table_args__ = (UniqueConstraint("attempt_id", "key"),)


class ChatMessageRow(Base):
    """Chat and announcements of one attempt. `sender` is candidate or a staff user id."""

    __tablename__ = "chat_message"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=FRAME)
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), index=True, info=FRAME
    )
    sender: Mapped[str] = mapped_column(String(32), info=FRAME)
    text: Mapped[str] = mapped_column(Text, info=RECORD)
    client_id: Mapped[str | None] = mapped_column(String(64), info=FRAME)  # the sender's own id: taken once
    at: Mapped[int] = mapped_column(info=FRAME)
    __table_args__ = (UniqueConstraint("attempt_id", "client_id"),)


class WarningRow(Base):
    """What the candidate was told; stays on the page until acknowledged."""

    __tablename__ = "warning"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=FRAME)
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), index=True, info=FRAME
    )
    incident_id: Mapped[str | None] = mapped_column(String(32), info=FRAME)
    sender: Mapped[str] = mapped_column(String(32), info=FRAME)  # "policy" or a staff user id
    text: Mapped[str] = mapped_column(Text, info=RECORD)
    at: Mapped[int] = mapped_column(info=FRAME)
    acknowledged_at: Mapped[int | None] = mapped_column(info=FRAME)


class LogEntryRow(Base):
    """The hash-chained log of an attempt (see domain/chain.py). payload and salt can be erased."""

    __tablename__ = "log_entry"
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True, info=FRAME
    )
    seq: Mapped[int] = mapped_column(primary_key=True, info=FRAME)
    prev_hash: Mapped[str] = mapped_column(String(64), info=FRAME)
    hash: Mapped[str] = mapped_column(String(64), info=FRAME)
    type: Mapped[str] = mapped_column(String(32), info=FRAME)
    at: Mapped[int] = mapped_column(info=FRAME)
    payload_mac: Mapped[str] = mapped_column(String(64), info=FRAME)
    payload: Mapped[str | None] = mapped_column(Text, info=RECORD)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=RECORD)


class OutboxRow(Base):
    """Ordered updates of an exam's monitor; the id is taken in the transaction of the change.

    A line points at what changed; pages are sent the whole object as it is when they are told.
    """

    __tablename__ = "outbox"
    exam_id: Mapped[str] = mapped_column(
        ForeignKey("exam.id", ondelete="CASCADE"), primary_key=True, info=WORKING
    )
    update_id: Mapped[int] = mapped_column(primary_key=True, info=WORKING)
    kind: Mapped[str] = mapped_column(String(16), info=WORKING)
    target_id: Mapped[str] = mapped_column(String(32), info=WORKING)
    at: Mapped[int] = mapped_column(info=WORKING)


class HeartbeatRow(Base):
    """Written every 5 s by a serving process; a gap is a server fault, credited in full."""

    __tablename__ = "heartbeat"
    server_id: Mapped[str] = mapped_column(String(32), primary_key=True, info=WORKING)
    at: Mapped[int] = mapped_column(info=WORKING)


class ProviderReportRow(Base):
    """A report of the meeting provider, by a hash of its id. Older than a day it is gone."""

    __tablename__ = "provider_report"
    key: Mapped[str] = mapped_column(String(64), primary_key=True, info=WORKING)
    at: Mapped[int] = mapped_column(info=WORKING)
    done: Mapped[bool] = mapped_column(info=WORKING)


Index("ix_outbox_at", OutboxRow.at)
Index("ix_login_failure_key", LoginFailureRow.key, LoginFailureRow.at)
