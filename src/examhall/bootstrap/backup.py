"""Back-up and restore of a data folder, by what the settings say is in it."""

from pathlib import Path

from examhall.adapters.backup_file import Contents, restore_backup, write_backup
from examhall.adapters.system import SystemClock
from examhall.bootstrap.accounts import sqlite_file
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.settings import Settings


def make_backup(settings: Settings, out: Path, *, with_keys: bool) -> Contents:
    """Raises `ExamhallError` `backup_elsewhere` and what `write_backup` raises."""
    _on_sqlite(settings)
    return write_backup(
        out.absolute(),
        sqlite_file(settings),
        evidence=settings.data_dir / "evidence" if settings.evidence_url is None else None,
        keys=settings.keys_folder if with_keys else None,
        made_at=SystemClock().now_ms(),
    )


def lay_back(settings: Settings, file: Path) -> Contents:
    """Raises `ExamhallError` `backup_elsewhere` and what `restore_backup` raises."""
    _on_sqlite(settings)
    return restore_backup(file, settings.data_dir, settings.keys_folder)


def _on_sqlite(settings: Settings) -> None:
    if settings.database_url is not None:
        raise ExamhallError(
            ErrorKind.INVALID,
            "backup_elsewhere",
            "EXAMHALL_DATABASE_URL names a database of its own: back it up with pg_dump and restore it with "
            "pg_restore, and copy the evidence and the keys beside it; docs/operations.md has the commands.",
        )
