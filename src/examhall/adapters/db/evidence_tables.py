"""The tables of what lies in the evidence store: pictures and sound around incidents, and recordings."""

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examhall.adapters.db.base import EVIDENCE, FRAME, RECORD, Base


class EvidenceRow(Base):
    """One blob in the object store. `path` never contains a name; `key_id` opens the blob."""

    __tablename__ = "evidence"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=FRAME)
    incident_id: Mapped[str] = mapped_column(
        ForeignKey("incident.id", ondelete="CASCADE"), index=True, info=FRAME
    )
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), index=True, info=FRAME
    )
    kind: Mapped[str] = mapped_column(String(16), info=FRAME)  # camera | screen | audio | gap
    captured_at: Mapped[int] = mapped_column(info=FRAME)
    media_type: Mapped[str] = mapped_column(String(64), info=FRAME)
    size: Mapped[int] = mapped_column(info=FRAME)
    sha256: Mapped[str] = mapped_column(String(64), info=FRAME)  # of the plain bytes
    key_id: Mapped[str] = mapped_column(String(32), info=FRAME)
    path: Mapped[str | None] = mapped_column(String(200), info=EVIDENCE)
    note: Mapped[str] = mapped_column(Text, default="", info=RECORD)


class RecordingSegmentRow(Base):
    """One standalone piece of an attempt's recording. Rows stay when the blob is erased: `path` is then None."""

    __tablename__ = "recording_segment"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=FRAME)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), info=FRAME)
    instance_id: Mapped[str] = mapped_column(String(64), info=FRAME)
    kind: Mapped[str] = mapped_column(String(16), info=FRAME)  # camera | screen | audio
    seq: Mapped[int] = mapped_column(info=FRAME)
    captured_at: Mapped[int] = mapped_column(info=FRAME)
    duration_ms: Mapped[int] = mapped_column(info=FRAME)
    media_type: Mapped[str] = mapped_column(String(64), info=FRAME)
    size: Mapped[int] = mapped_column(info=FRAME)
    sha256: Mapped[str] = mapped_column(String(64), info=FRAME)  # of the plain bytes
    late: Mapped[bool] = mapped_column(info=FRAME)
    received_at: Mapped[int] = mapped_column(info=FRAME)
    key_id: Mapped[str] = mapped_column(String(32), info=FRAME)
    path: Mapped[str | None] = mapped_column(String(200), info=EVIDENCE)
    __table_args__ = (UniqueConstraint("attempt_id", "instance_id", "kind", "seq"),)
