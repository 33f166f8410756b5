"""Evidence in an object store: a folder now, a bucket by a URL later. Every blob is sealed."""

import errno
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore

from examhall.application.ports.evidence import StoredBlob
from examhall.application.ports.keys import KeyRing
from examhall.domain.errors import ErrorKind, ExamhallError

_PATH = re.compile(r"[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64}){0,3}(\.[a-z0-9]{1,8})?")
_FULL = re.compile(rf"os error ({errno.ENOSPC}|{errno.EDQUOT})|No space left", re.IGNORECASE)


class SealedBlobs:
    """Implements `EvidenceStore`. The path is part of what is sealed: blobs cannot be swapped."""

    def __init__(self, store: ObjectStore, keys: KeyRing) -> None:
        self._store = store
        self._keys = keys

    async def put(self, path: str, plain: bytes) -> StoredBlob:
        sealed = self._keys.seal(plain, context=_checked(path).encode())
        try:
            await obstore.put_async(self._store, path, sealed)
        except (BaseError, OSError) as error:
            raise _not_kept(error) from error
        return StoredBlob(
            path=path,
            key_id=self._keys.blob_key_id,
            sha256=hashlib.sha256(plain).hexdigest(),
            size=len(plain),
        )

    async def get(self, path: str, key_id: str) -> bytes:  # noqa: ARG002 - the blob's header names its key too
        try:
            answer = await obstore.get_async(self._store, _checked(path))
            sealed = bytes(await answer.bytes_async())
        except (NotFoundError, FileNotFoundError) as error:
            raise ExamhallError(
                ErrorKind.NOT_FOUND, "evidence_not_found", "This picture is not kept any more."
            ) from error
        except (BaseError, OSError) as error:
            raise _silent() from error
        return self._keys.open(sealed, context=path.encode())

    async def paths(self, folder: str) -> Sequence[str]:
        found: list[str] = []
        try:
            async for some in obstore.list(self._store, prefix=_checked(folder)):
                found += [str(one["path"]) for one in some]
        except (NotFoundError, FileNotFoundError):
            return []
        except (BaseError, OSError) as error:
            raise _silent() from error
        return [path for path in found if path.startswith(f"{folder}/")]

    async def delete(self, path: str) -> None:
        try:
            await obstore.delete_async(self._store, _checked(path))
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError) as error:
            raise _silent() from error


def evidence_in_folder(folder: Path, keys: KeyRing) -> SealedBlobs:
    """Evidence under `folder`, which is made if it is not there and opens for its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SealedBlobs(LocalStore(folder), keys)


def _checked(path: str) -> str:
    if not _PATH.fullmatch(path):
        raise ExamhallError(ErrorKind.INVALID, "evidence_path_invalid", "This is not a path of evidence.")
    return path


def _silent() -> ExamhallError:
    return ExamhallError(
        ErrorKind.UNAVAILABLE, "evidence_unreadable", "The evidence store does not answer; try again."
    )


def _not_kept(error: Exception) -> ExamhallError:
    if (isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}) or _FULL.search(
        str(error)
    ):
        return ExamhallError(
            ErrorKind.STORAGE_FULL, "storage_full", "The disk for evidence is full; free some space."
        )
    return ExamhallError(
        ErrorKind.UNAVAILABLE, "evidence_not_kept", "The evidence store refused a picture; see the log."
    )
