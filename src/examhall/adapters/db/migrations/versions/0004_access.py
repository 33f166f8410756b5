"""access: second factor, API keys, the audit log of staff, what a session was opened with"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("staff_session", sa.Column("address", sa.String(length=64), nullable=True))
    op.add_column("staff_session", sa.Column("browser", sa.String(length=200), nullable=True))
    op.add_column("exam", sa.Column("link_hours", _INT, nullable=True))
    _audit()
    _login_failures()
    _second_factor()
    _api_keys()


def _audit() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=True),
        sa.Column("key_id", sa.String(length=32), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("target_kind", sa.String(length=16), nullable=False),
        sa.Column("target_id", sa.String(length=64), nullable=True),
        sa.Column("exam_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"])


def _login_failures() -> None:
    op.create_table(
        "login_failure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", _INT, nullable=False),
        sa.PrimaryKeyConstraint("id", "key", name=op.f("pk_login_failure")),
    )
    op.create_index(op.f("ix_login_failure_key"), "login_failure", ["key", "at"])


def _second_factor() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", _INT, nullable=False),
        sa.Column("confirmed_at", _INT, nullable=True),
        sa.Column("last_step", _INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_second_factor_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", _INT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_code")),
    )


def _api_keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", _INT, nullable=False),
        sa.Column("expires_at", _INT, nullable=False),
        sa.Column("last_used_at", _INT, nullable=True),
        sa.Column("revoked_at", _INT, nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user.id"], name=op.f("fk_api_key_made_by_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_key_token_hash")),
    )


def downgrade() -> None:
    for table in ("api_key", "recovery_code", "second_factor", "login_failure", "audit_entry"):
        op.drop_table(table)
    # Not a rebuilt table: SQLite would drop the old one, and with it what refers to it (ON DELETE CASCADE).
    op.execute("ALTER TABLE exam DROP COLUMN link_hours")
    op.execute("ALTER TABLE staff_session DROP COLUMN browser")
    op.execute("ALTER TABLE staff_session DROP COLUMN address")
