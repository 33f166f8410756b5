"""The port to the key that exports are signed with."""

from collections.abc import Callable
from typing import Protocol

# (public key, signature, message) -> whether the signature is that key's
SignatureCheck = Callable[[bytes, bytes, bytes], bool]


class ExportSigner(Protocol):
    """An Ed25519 key pair, made at the first start. The private half never leaves the key ring's folder."""

    @property
    def public_key(self) -> bytes:
        """32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        ...
