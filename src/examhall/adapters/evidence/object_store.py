"""Evidence in an object store: a folder, or a bucket by a URL. Every blob is sealed."""

import asyncio
import errno
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import obstore
import structlog
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore

from examhall.application.ports.evidence import StoredBlob
from examhall.application.ports.keys import KeyRing
from examhall.domain.errors import ErrorKind, ExamhallError

_PATH = re.compile(r"[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64}){0,3}(\.[a-z0-9]{1,8})?")
_FULL = re.compile(rf"os error ({errno.ENOSPC}|{errno.EDQUOT})|No space left", re.IGNORECASE)
_LARGE = 256 * 1024  # sealing more than this takes long enough to keep the event loop from others
_REFUSED = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403")
_SILENT_WORDS = "The evidence store does not answer; try again."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Trouble:
    """lasts: it does not mend itself."""

    words: str
    lasts: bool


class SealedBlobs:
    """Implements `EvidenceStore`. The path is part of what is sealed: blobs cannot be swapped.

    folder: where the blobs lie as files, for a store of files.
    """

    def __init__(self, store: ObjectStore, keys: KeyRing, *, folder: Path | None = None) -> None:
        self._store = store
        self._keys = keys
        self._folder = folder

    async def put(self, path: str, plain: bytes) -> StoredBlob:
        _checked(path)
        if len(plain) > _LARGE:
            sealed, blob = await asyncio.to_thread(self._seal, path, plain)
        else:
            sealed, blob = self._seal(path, plain)
        try:
            # In one piece: parts of an upload that was cut off would lie in the bucket where nothing lists them.
            await obstore.put_async(self._store, path, sealed, use_multipart=False)
        except (BaseError, OSError) as error:
            raise _not_kept(error) from error
        return blob

    def _seal(self, path: str, plain: bytes) -> tuple[bytes, StoredBlob]:
        key_id, sha256 = self._keys.blob_key_id, hashlib.sha256(plain).hexdigest()
        sealed = self._keys.seal(plain, context=path.encode())
        return sealed, StoredBlob(path=path, key_id=key_id, sha256=sha256, size=len(plain))

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
        if len(sealed) > _LARGE:
            return await asyncio.to_thread(self._keys.open, sealed, context=path.encode())
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

    async def drop_unfinished(self, folder: str) -> None:
        if self._folder is None:
            return  # a bucket holds whole objects only
        try:
            await asyncio.to_thread(_drop_unfinished, self._folder / _checked(folder))
        except OSError as error:
            raise _silent() from error

    async def check(self) -> str | None:
        trouble = await self._trouble()
        return None if trouble is None else trouble.words

    async def start(self) -> None:
        """Refuse to start with a store that can keep nothing; one that is only away may come.

        Raises `ExamhallError` `evidence_store_unusable`.
        """
        trouble = await self._trouble()
        if trouble is None:
            return
        if trouble.lasts:
            raise ExamhallError(ErrorKind.UNAVAILABLE, "evidence_store_unusable", f"{trouble.words}.")
        log.warning("evidence_store_away", words=trouble.words)

    async def _trouble(self) -> "_Trouble | None":
        try:
            async for _ in obstore.list(self._store, prefix="nothing-is-here", chunk_size=1):
                break
        except (BaseError, OSError) as error:
            return _why(str(error))
        return None


def evidence_in_folder(folder: Path, keys: KeyRing) -> SealedBlobs:
    """Evidence under `folder`, which is made if it is not there and opens for its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SealedBlobs(LocalStore(folder), keys, folder=folder)


def _drop_unfinished(folder: Path) -> None:
    """Files are written under a name with # and renamed when they are whole; no listing shows the former."""
    for file in folder.rglob("*#*"):
        file.unlink(missing_ok=True)


def _checked(path: str) -> str:
    if not _PATH.fullmatch(path):
        raise ExamhallError(ErrorKind.INVALID, "evidence_path_invalid", "This is not a path of evidence.")
    return path


def _why(error: str) -> _Trouble:
    """In words, without addresses or keys."""
    if "NoSuchBucket" in error:
        return _Trouble(
            "The bucket of EXAMHALL_EVIDENCE_URL is not there; make it, or correct the setting", True
        )
    if any(word in error for word in _REFUSED):
        return _Trouble(
            "The evidence store refuses our keys; correct EXAMHALL_S3_ACCESS_KEY_ID and its secret", True
        )
    return _Trouble(
        "The evidence store does not answer; start it, or correct EXAMHALL_EVIDENCE_URL and _S3_ENDPOINT",
        False,
    )


def _silent() -> ExamhallError:
    return ExamhallError(ErrorKind.UNAVAILABLE, "evidence_unreadable", _SILENT_WORDS, retry_after_s=2)


def _not_kept(error: Exception) -> ExamhallError:
    if (isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}) or _FULL.search(
        str(error)
    ):
        return ExamhallError(
            ErrorKind.STORAGE_FULL, "storage_full", "The disk for evidence is full; free some space."
        )
    return ExamhallError(
        ErrorKind.UNAVAILABLE,
        "evidence_not_kept",
        "The evidence store refused a picture; see the log.",
        retry_after_s=2,
    )
