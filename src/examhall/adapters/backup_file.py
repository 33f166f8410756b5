"""A back-up of a data folder in one zip: the database as of one moment, the evidence, and the key ring if asked."""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from examhall.domain.errors import ErrorKind, ExamhallError

DATABASE: Final = "examhall.db"
EVIDENCE: Final = "evidence"
KEYS: Final = "keys"
_MANIFEST: Final = "backup.json"
_FORMAT: Final = 1
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Contents:
    """What a back-up holds. made_at: ms since the epoch; size: bytes of all files."""

    made_at: int
    files: int
    size: int
    with_keys: bool


def write_backup(
    out: Path, database: Path, *, evidence: Path | None, keys: Path | None, made_at: int
) -> Contents:
    """Write it beside `out` and move it there when it is whole; a server may go on using the folder.

    The database is copied first: what it speaks of was stored before, so that the pictures it knows are there.
    Raises `ExamhallError` `backup_exists`, `database_not_found`.
    """
    if out.exists():
        raise ExamhallError(
            ErrorKind.CONFLICT, "backup_exists", f"{out} is there already; name another file."
        )
    if not database.is_file():
        raise ExamhallError(
            ErrorKind.NOT_FOUND,
            "database_not_found",
            f"There is no database at {database}; nothing was written.",
        )
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
        part, copy = Path(folder, "part"), Path(folder, DATABASE)
        _copy_database(database, copy)
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            files = {DATABASE: _add(archive, copy, DATABASE)}
            for name, root in ((EVIDENCE, evidence), (KEYS, keys)):
                for path in _files(root):
                    inside = f"{name}/{path.relative_to(root or path).as_posix()}"
                    with contextlib.suppress(FileNotFoundError):  # erased since it was listed
                        files[inside] = _add(archive, path, inside)
            manifest = {"format": _FORMAT, "made_at": made_at, "files": files}
            archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))
        part.replace(out)
    return _contents(manifest)


def restore_backup(file: Path, data_dir: Path, keys_dir: Path) -> Contents:
    """Lay a back-up into a data folder that holds no database yet. Every file is checked before any is moved there.

    Raises `ExamhallError` `backup_unreadable`, `backup_damaged`, `restore_would_overwrite`.
    """
    for taken in (data_dir / DATABASE, data_dir / EVIDENCE):
        if taken.exists():
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "restore_would_overwrite",
                f"{taken} is there already. Restore into an empty folder, or move it away first.",
            )
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as folder:
        try:
            with zipfile.ZipFile(file) as archive:
                manifest = json.loads(archive.read(_MANIFEST))
                for name, entry in manifest["files"].items():
                    _extract(archive, name, entry, Path(folder))
        except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as error:
            raise ExamhallError(
                ErrorKind.INVALID,
                "backup_unreadable",
                f"{file} is not a whole back-up of Examhall ({type(error).__name__}); nothing was restored.",
            ) from error
        kept = Path(folder, KEYS)
        if kept.exists() and not keys_dir.exists():
            keys_dir.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(kept, keys_dir)
            keys_dir.chmod(0o700)
        if Path(folder, EVIDENCE).exists():
            Path(folder, EVIDENCE).replace(data_dir / EVIDENCE)
        Path(folder, DATABASE).replace(data_dir / DATABASE)  # last: with it the folder counts as restored
    return _contents(manifest)


def _copy_database(source: Path, to: Path) -> None:
    """SQLite's own online copy: one committed state, whatever is being written."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as running,
        closing(sqlite3.connect(to)) as copy,
    ):
        running.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, no -wal beside it
    to.chmod(0o600)


def _files(root: Path | None) -> Iterator[Path]:
    """The store writes beside and renames: what has its name is whole."""
    if root is not None and root.is_dir():
        yield from sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> dict[str, object]:
    digest, size = hashlib.sha256(), 0
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o600 << 16
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        for chunk in _chunks(source):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return {"sha256": digest.hexdigest(), "size": size}


def _extract(archive: zipfile.ZipFile, name: str, entry: dict[str, object], folder: Path) -> None:
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts or inside.parts[0] not in {DATABASE, EVIDENCE, KEYS}:
        raise ValueError("a name that leads elsewhere")
    target = folder.joinpath(*inside.parts)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with archive.open(name) as source, target.open("xb") as written:
        for chunk in _chunks(source):
            digest.update(chunk)
            written.write(chunk)
    target.chmod(0o600)
    if digest.hexdigest() != entry["sha256"]:
        raise ExamhallError(
            ErrorKind.INVALID,
            "backup_damaged",
            f"{name} is not what the back-up says it is; nothing was restored. Take another back-up.",
        )


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


def _contents(manifest: dict[str, object]) -> Contents:
    files = manifest["files"]
    assert isinstance(files, dict)  # noqa: S101  of our own writing, or checked by the caller
    return Contents(
        made_at=int(str(manifest["made_at"])),
        files=len(files),
        size=sum(int(entry["size"]) for entry in files.values()),
        with_keys=any(name.startswith(f"{KEYS}/") for name in files),
    )
