"""camera check: its result, the enrolled face, a photo of the roster"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("attempt", sa.Column("check_in", sa.JSON(), nullable=True))
    op.create_table(
        "identity_template",
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", _INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
            name=op.f("fk_identity_template_attempt_id_attempt"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_identity_template")),
    )
    op.create_table(
        "roster_photo",
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("width", _INT, nullable=False),
        sa.Column("height", _INT, nullable=False),
        sa.Column("size", _INT, nullable=False),
        sa.Column("added_at", _INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
            name=op.f("fk_roster_photo_attempt_id_attempt"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_roster_photo")),
    )


def downgrade() -> None:
    op.drop_table("roster_photo")
    op.drop_table("identity_template")
    # Not a rebuilt table: SQLite would drop the old one, and with it what refers to it (ON DELETE CASCADE).
    op.execute("ALTER TABLE attempt DROP COLUMN check_in")
