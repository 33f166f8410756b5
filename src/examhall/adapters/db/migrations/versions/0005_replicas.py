"""replicas: which server holds an attempt, how slow its network is"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("attempt", sa.Column("owner_id", sa.String(length=32), nullable=True))
    op.add_column("attempt", sa.Column("bandwidth_rung", _INT, nullable=False, server_default="0"))
    op.add_column(
        "attempt", sa.Column("recording", sa.String(length=16), nullable=False, server_default="off")
    )
    op.add_column("attempt", sa.Column("taken_out_at", _INT, nullable=True))


def downgrade() -> None:
    # Not a rebuilt table: SQLite would drop the old one, and with it what refers to it (ON DELETE CASCADE).
    for column in ("taken_out_at", "recording", "bandwidth_rung", "owner_id"):
        op.execute(f"ALTER TABLE attempt DROP COLUMN {column}")
