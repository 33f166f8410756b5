"""The port to the pictures that are kept: blobs in an object store, sealed by the key ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """Where a blob went. sha256: hex, of the plain bytes; size: plain bytes."""

    path: str
    key_id: str
    sha256: str
    size: int


class EvidenceStore(Protocol):
    """Paths are opaque, relative, and never hold a name."""

    async def start(self) -> None:
        """Refuse to start with a store that can keep nothing (`evidence_store_unusable`); one that is away may come."""
        ...

    async def put(self, path: str, plain: bytes) -> StoredBlob:
        """Seal and keep. Returns only when it is kept.

        Raises `ExamhallError` `storage_full` when the disk is full, `evidence_not_kept` on any other failure.
        """
        ...

    async def get(self, path: str, key_id: str) -> bytes:
        """The plain bytes. Raises `ExamhallError` `evidence_not_found` or `evidence_unreadable`."""
        ...

    async def paths(self, folder: str) -> Sequence[str]:
        """All that is kept under a folder (an attempt's id), also what no row speaks of."""
        ...

    async def delete(self, path: str) -> None:
        """Erase; nothing happens when it is gone already."""
        ...

    async def drop_unfinished(self, folder: str) -> None:
        """Erase what puts that were cut off have left of a folder, which `paths` does not show.

        Only where nothing is being put: for an attempt that is over. Raises `evidence_unreadable`.
        """
        ...

    async def check(self) -> str | None:
        """For /readyz and `doctor`: None when the store answers, else what is wrong and what to do."""
        ...
