"""Every table. Times are integers, ms since the epoch (UTC); ids are opaque text made by `new_id`.

Columns that later issues need (outbox, chain, key ids, epoch, policy revisions, instance ids,
exam_staff) are here from the first day, so that growing needs no rewriting of rows.
`info={"privacy": ...}` names the retention class of what identifies a person.
"""

from typing import ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

ACCOUNT = {"privacy": "account"}  # kept while the account exists
ROSTER = {"privacy": "roster"}  # kept with the exam
RECORD = {"privacy": "record"}  # the attempt's record, by the policy's retention
BIOMETRIC = {"privacy": "evidence"}  # pictures and sound, by the policy's retention
SECRET = {"privacy": "secret"}  # hashes of credentials


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[type, TypeEngine[int]]] = {
        int: BigInteger().with_variant(Integer, "sqlite")
    }


class UserRow(Base):
    """A staff account. password_hash is argon2id, None until the link was used."""

    __tablename__ = "user"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True, info=ACCOUNT)
    name: Mapped[str] = mapped_column(String(200), info=ACCOUNT)
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None] = mapped_column(Text, info=SECRET)
    disabled_at: Mapped[int | None]
    created_at: Mapped[int]


class StaffSessionRow(Base):
    """A login; the cookie's token is stored as SHA-256 only."""

    __tablename__ = "staff_session"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=SECRET)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    created_at: Mapped[int]
    expires_at: Mapped[int]
    last_used_at: Mapped[int]


class OneTimeLinkRow(Base):
    """First admin, password setting and demo links; the token is stored as SHA-256 only."""

    __tablename__ = "one_time_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=SECRET)
    purpose: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    expires_at: Mapped[int]
    used_at: Mapped[int | None]
    reusable: Mapped[bool] = mapped_column(default=False)


class ExamRow(Base):
    __tablename__ = "exam"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    instructions: Mapped[str] = mapped_column(Text, default="")  # Markdown
    content_mode: Mapped[str] = mapped_column(String(16))  # text | frame | beside
    content_text: Mapped[str] = mapped_column(Text, default="")  # Markdown
    content_url: Mapped[str | None] = mapped_column(Text)
    opens_at: Mapped[int]
    closes_at: Mapped[int]
    duration_s: Mapped[int]
    policy_revision_id: Mapped[str] = mapped_column(String(32))
    update_counter: Mapped[int] = mapped_column(default=0)  # last outbox id of this exam
    created_by: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[int]
    archived_at: Mapped[int | None]


class PolicyRevisionRow(Base):
    """Immutable; `body` is the policy as JSON."""

    __tablename__ = "policy_revision"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    exam_id: Mapped[str] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    body: Mapped[dict[str, object]] = mapped_column(JSON)
    created_by: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[int]
    __table_args__ = (UniqueConstraint("exam_id", "number"),)


class ExamStaffRow(Base):
    """Which proctors and reviewers belong to which exam; admins see all."""

    __tablename__ = "exam_staff"
    exam_id: Mapped[str] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))


class AttemptRow(Base):
    """One candidate's sitting of one exam."""

    __tablename__ = "attempt"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    exam_id: Mapped[str] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]  # index within the exam: the thumbnails' u32
    candidate_name: Mapped[str] = mapped_column(String(200), info=ROSTER)
    candidate_email: Mapped[str | None] = mapped_column(String(320), info=ROSTER)
    candidate_ref: Mapped[str | None] = mapped_column(String(100), info=ROSTER)  # matriculation no.
    extra_time_s: Mapped[int] = mapped_column(default=0)  # accommodation
    state: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[int] = mapped_column(default=0)  # fencing: every write is conditional on it
    instance_id: Mapped[str | None] = mapped_column(String(64))
    policy_revision_id: Mapped[str | None] = mapped_column(String(32))  # pinned at check-in
    consented_at: Mapped[int | None]
    live_at: Mapped[int | None]  # when the clock started
    paused_at: Mapped[int | None]
    paused_by: Mapped[str | None] = mapped_column(String(32))  # user id, "policy" or "candidate"
    reason: Mapped[str | None] = mapped_column(String(500), info=RECORD)  # what the candidate reads
    over_at: Mapped[int | None]
    connected: Mapped[bool] = mapped_column(default=False)
    disconnected_at: Mapped[int | None]
    sharing_camera: Mapped[bool] = mapped_column(default=False)
    sharing_microphone: Mapped[bool] = mapped_column(default=False)
    sharing_screen: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None] = mapped_column(String(300))
    hand_raised_at: Mapped[int | None]
    clock_base_s: Mapped[float] = mapped_column(default=0.0)  # attempt clock at the last save
    rules_state: Mapped[dict[str, object] | None] = mapped_column(JSON, info=RECORD)
    check_in: Mapped[dict[str, object] | None] = mapped_column(JSON, info=RECORD)  # domain CheckInResult
    log_seq: Mapped[int] = mapped_column(default=0)
    log_head: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[int]
    __table_args__ = (UniqueConstraint("exam_id", "number"),)


class IdentityTemplateRow(Base):
    """The face enrolled at check-in: 128 numbers, sealed. Deleted `identity_retention_hours` after the attempt."""

    __tablename__ = "identity_template"
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BIOMETRIC)
    key_id: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[int]


class RosterPhotoRow(Base):
    """A reference photo of the roster: a sealed blob in the object store, deleted with the template."""

    __tablename__ = "roster_photo"
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), info=BIOMETRIC)
    key_id: Mapped[str] = mapped_column(String(32))
    media_type: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    added_at: Mapped[int]


class InviteRow(Base):
    """A signed link's other half: revocable, bound to one attempt. `nonce` is inside the link."""

    __tablename__ = "invite"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[int]
    revoked_at: Mapped[int | None]
    created_at: Mapped[int]


class CandidateSessionRow(Base):
    """The attempt cookie or a program's bearer token, stored as SHA-256 only."""

    __tablename__ = "candidate_session"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=SECRET)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[int]
    expires_at: Mapped[int]


class CreditRow(Base):
    """The ledger of time given back."""

    __tablename__ = "credit"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    seconds: Mapped[float]
    reason: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    given_by: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[int]


class PageEventRow(Base):
    """Events of the candidate's page, each taken once."""

    __tablename__ = "page_event"
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    page_ms: Mapped[float]  # the page's own monotonic time
    late: Mapped[bool]
    body: Mapped[dict[str, object]] = mapped_column(JSON, info=RECORD)
    received_at: Mapped[int]


class ObservationRow(Base):
    """Observations in batches of a second, as JSON lines; replayable."""

    __tablename__ = "observation"
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    batch: Mapped[int] = mapped_column(primary_key=True)
    from_s: Mapped[float]
    to_s: Mapped[float]
    lines: Mapped[str] = mapped_column(Text, info=RECORD)


class IncidentRow(Base):
    __tablename__ = "incident"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(64))  # unique within the attempt, from the rules
    signal: Mapped[str] = mapped_column(String(32))
    severity: Mapped[str] = mapped_column(String(16))
    weight: Mapped[float]
    confidence: Mapped[float]
    words: Mapped[str] = mapped_column(Text, info=RECORD)
    numbers: Mapped[dict[str, float]] = mapped_column(JSON)
    began_at: Mapped[int]
    opened_at: Mapped[int]
    last_seen_at: Mapped[int]
    closed_at: Mapped[int | None]
    times: Mapped[int] = mapped_column(default=1)
    alert: Mapped[bool] = mapped_column(default=True)
    verdict: Mapped[str] = mapped_column(String(16), default="undecided")
    verdict_by: Mapped[str | None] = mapped_column(String(32))
    verdict_at: Mapped[int | None]
    verdict_note: Mapped[str] = mapped_column(Text, default="", info=RECORD)
    handled_at: Mapped[int | None]  # off the alert list: warned, dismissed or confirmed
    __table_args__ = (UniqueConstraint("attempt_id", "key"),)


class EvidenceRow(Base):
    """One blob in the object store. `path` never contains a name; `key_id` opens the blob."""

    __tablename__ = "evidence"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # camera | screen | audio | gap
    captured_at: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))  # of the plain bytes
    key_id: Mapped[str] = mapped_column(String(32))
    path: Mapped[str | None] = mapped_column(String(200), info=BIOMETRIC)
    note: Mapped[str] = mapped_column(Text, default="")


class ChatMessageRow(Base):
    """Chat and announcements of one attempt. `sender` is candidate or a staff user id."""

    __tablename__ = "chat_message"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    sender: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text, info=RECORD)
    client_id: Mapped[str | None] = mapped_column(String(64))  # the sender's own id: taken once
    at: Mapped[int]
    __table_args__ = (UniqueConstraint("attempt_id", "client_id"),)


class WarningRow(Base):
    """What the candidate was told; stays on the page until acknowledged."""

    __tablename__ = "warning"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    incident_id: Mapped[str | None] = mapped_column(String(32))
    sender: Mapped[str] = mapped_column(String(32))  # "policy" or a staff user id
    text: Mapped[str] = mapped_column(Text, info=RECORD)
    at: Mapped[int]
    acknowledged_at: Mapped[int | None]


class LogEntryRow(Base):
    """The hash-chained log of an attempt (see domain/chain.py). payload and salt can be erased."""

    __tablename__ = "log_entry"
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(32))
    at: Mapped[int]
    payload_mac: Mapped[str] = mapped_column(String(64))
    payload: Mapped[str | None] = mapped_column(Text, info=RECORD)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class OutboxRow(Base):
    """Ordered updates of an exam's monitor; the id is taken in the transaction of the change.

    A line points at what changed; pages are sent the whole object as it is when they are told.
    """

    __tablename__ = "outbox"
    exam_id: Mapped[str] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), primary_key=True)
    update_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    target_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[int]


class HeartbeatRow(Base):
    """Written every 5 s by a serving process; a gap is a server fault, credited in full."""

    __tablename__ = "heartbeat"
    server_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[int]


Index("ix_outbox_at", OutboxRow.at)
