"""recordings: segments of camera, screen and late sound, with their place in time"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recording_segment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("instance_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("seq", _INT, nullable=False),
        sa.Column("captured_at", _INT, nullable=False),
        sa.Column("duration_ms", _INT, nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size", _INT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("received_at", _INT, nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
            name=op.f("fk_recording_segment_attempt_id_attempt"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_segment")),
        sa.UniqueConstraint(
            "attempt_id", "instance_id", "kind", "seq", name=op.f("uq_recording_segment_attempt_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("recording_segment")
