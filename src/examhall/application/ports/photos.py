"""The port to the roster's reference photos; the pictures themselves lie in the evidence store."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """One photo. size: bytes; width, height: pixels after EXIF rotation."""

    attempt_id: str
    path: str
    key_id: str
    media_type: str
    width: int
    height: int
    size: int
    added_at: int


class PhotoStore(Protocol):
    async def photo(self, attempt_id: str) -> PhotoRecord | None: ...

    async def keep(self, photo: PhotoRecord) -> None:
        """Insert, or replace the one before."""
        ...

    async def forget(self, attempt_id: str) -> None: ...

    async def photos_of_attempts_over(self) -> Sequence[PhotoRecord]:
        """Those of attempts that are over."""
        ...
