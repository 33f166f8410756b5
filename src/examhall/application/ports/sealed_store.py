"""The port to every row that names what is sealed and with which key."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SealedBlob:
    """A blob of the object store: a picture, a sound, a piece of a recording, a roster photo."""

    path: str
    key_id: str


@dataclass(frozen=True, slots=True)
class SealedTemplate:
    """An enrolled face, in its row."""

    attempt_id: str
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedFactor:
    """The secret of somebody's second factor, in its row."""

    user_id: str
    sealed: bytes = field(repr=False)


class SealedStore(Protocol):
    async def blobs_of_other_keys(self, key_id: str) -> Sequence[SealedBlob]:
        """What is sealed with any other key than this one, by path."""
        ...

    async def blob_is_sealed_with(self, path: str, key_id: str) -> bool:
        """Note the key. False when no row names the blob any more: it was erased meanwhile."""
        ...

    async def templates_of_other_keys(self, key_id: str) -> Sequence[SealedTemplate]: ...

    async def replace_template(self, before: SealedTemplate, sealed: bytes, key_id: str) -> None:
        """Only if it is still the one before."""
        ...

    async def factors_of_other_keys(self, key_id: str) -> Sequence[SealedFactor]: ...

    async def replace_factor(self, before: SealedFactor, sealed: bytes, key_id: str) -> None:
        """Only if it is still the one before."""
        ...
