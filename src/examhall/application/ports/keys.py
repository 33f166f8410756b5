"""The port to the key ring: what is stored is sealed, what is handed out is signed."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Signature:
    key_id: str
    mac: bytes = field(repr=False)


class KeyRing(Protocol):
    """Keys are made at the first start and never leave the ring. Old keys still open and verify."""

    @property
    def blob_key_id(self) -> str:
        """The key that `seal` uses now; stored beside each blob."""
        ...

    def seal(self, plain: bytes, *, context: bytes = b"") -> bytes:
        """Encrypt; the key's id is in the blob's header. `context` must be given again to open."""
        ...

    def open(self, sealed: bytes, *, context: bytes = b"") -> bytes:
        """Decrypt. Raises `ExamhallError` `key_missing` or `blob_altered`."""
        ...

    def sign(self, message: bytes) -> Signature:
        """HMAC-SHA256 with the newest signing key."""
        ...

    def verify(self, message: bytes, signature: Signature) -> bool:
        """False when altered. Raises `ExamhallError` `key_missing` for a key that is not ours."""
        ...
