"""The records of a data folder without a server: for the command line. A running server may go on beside it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from examhall.adapters.db.sealed_store import DbSealedStore
from examhall.adapters.keys import FileKeyRing
from examhall.adapters.signing import is_signed
from examhall.application.reencrypt import Reencryption
from examhall.application.services import Services
from examhall.application.verify_export import ExportVerdict, verify_export
from examhall.bootstrap.accounts import database_of
from examhall.bootstrap.evidence import build_evidence
from examhall.bootstrap.house import build
from examhall.settings import Settings


@asynccontextmanager
async def services_alone(settings: Settings) -> AsyncIterator[Services]:
    """The services with nothing but the database started: no workers, no clock, no pages."""
    services = build(settings).services
    database = next(part for part in services.parts if part.name == "database")
    await database.start()
    try:
        yield services
    finally:
        await database.stop()


async def reencrypt(settings: Settings) -> Mapping[str, int]:
    """Counts of what was sealed anew with the newest key."""
    keys = FileKeyRing(settings.keys_folder)
    database = database_of(settings)
    await database.start()
    try:
        evidence = build_evidence(settings, keys)
        return await Reencryption(DbSealedStore(database), evidence, keys).run()
    finally:
        await database.stop()


def rotate_blob_key(settings: Settings) -> str:
    """The id of the key that is made."""
    return FileKeyRing(settings.keys_folder).rotate()


def verify_file(file: IO[bytes], key: str | None) -> ExportVerdict:
    """key: a fingerprint, or the path of a file that holds one or the public key as hex."""
    if key is not None and Path(key).is_file():
        key = Path(key).read_text("ascii", "replace").strip()
    return verify_export(file, is_signed, key=key)
