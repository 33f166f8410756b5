"""The Ed25519 key that exports are signed with, in a file beside the key ring."""

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from examhall.adapters.keys import load_keys


class Ed25519Signer:
    """Implements `ExportSigner`. The file is `export-{key id}.key`, mode 600; the last sorts newest."""

    def __init__(self, folder: Path) -> None:
        keys = load_keys(folder, "export")
        self._key = Ed25519PrivateKey.from_private_bytes(keys[max(keys)])

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """A `SignatureCheck`; False also for what is no key or signature at all."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
