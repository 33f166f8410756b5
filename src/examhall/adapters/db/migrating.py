"""Brings a database to the newest schema: all steps in one transaction, by one server at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from examhall.domain.errors import ErrorKind, ExamhallError

MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 0x45784D69  # any number that nobody else locks in this database


def migration_config(connection: Connection) -> Config:
    """Alembic's configuration for this connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection) -> None:
    """Upgrade within the caller's transaction; killed before its commit, nothing of it has happened.

    Servers that start together wait here for the first. Raises `ExamhallError` `database_too_new`.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    config = migration_config(connection)
    found = MigrationContext.configure(connection).get_current_revision()
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise ExamhallError(
            ErrorKind.CONFLICT,
            "database_too_new",
            f"The database has schema {found}, which this version does not know: a newer Examhall has used it. "
            "Run that version, or restore a back-up of before. Nothing was changed.",
        )
    command.upgrade(config, "head")
