"""The key ring on disk: one file for each key, readable by the server's user only.

A blob is `EXH1`, one byte with the length of the key id, the key id, a 12 byte nonce, then
AES-256-GCM with everything before it, and the caller's context, as associated data.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from examhall.application.ports.keys import Signature
from examhall.domain.errors import ErrorKind, ExamhallError

_MAGIC = b"EXH1"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_OTHERS = 0o077
_OTHERS_WRITE = 0o022


class FileKeyRing:
    """Implements `application.ports.keys.KeyRing`. File names are `{use}-{key id}.key`; the last sorts newest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._blob_keys = load_keys(folder, "blob")
        self._sign_keys = load_keys(folder, "sign")
        self._blob_key_id = max(self._blob_keys)
        self._sign_key_id = max(self._sign_keys)

    @property
    def blob_key_id(self) -> str:
        return self._blob_key_id

    def seal(self, plain: bytes, *, context: bytes = b"") -> bytes:
        key_id = self._blob_key_id.encode()
        header = _MAGIC + bytes([len(key_id)]) + key_id + secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(self._blob_keys[self._blob_key_id])
        return header + cipher.encrypt(header[-_NONCE_BYTES:], plain, header + context)

    def open(self, sealed: bytes, *, context: bytes = b"") -> bytes:
        start = len(_MAGIC) + 1
        if not sealed.startswith(_MAGIC) or len(sealed) < start:
            raise _altered()
        end_of_id = start + sealed[start - 1]
        end_of_header = end_of_id + _NONCE_BYTES
        key = self._blob_key(sealed[start:end_of_id].decode("ascii", "replace"))
        if key is None:
            raise _missing()
        header = sealed[:end_of_header]
        try:
            return AESGCM(key).decrypt(header[end_of_id:], sealed[end_of_header:], header + context)
        except (InvalidTag, ValueError) as error:
            raise _altered() from error

    def rotate(self) -> str:
        """Make a new key; this ring and every one opened from now on seal with it. Returns its id."""
        key_id = f"{int(self._blob_key_id[:4]) + 1:04d}{secrets.token_hex(4)}"
        key = secrets.token_bytes(_KEY_BYTES)
        _write_private(self._folder / f"blob-{key_id}.key", key.hex())
        self._blob_keys[key_id] = key
        self._blob_key_id = key_id
        return key_id

    def _blob_key(self, key_id: str) -> bytes | None:
        if key_id not in self._blob_keys:
            # Another process may have rotated. What this one seals with stays, so that the key of a blob
            # and the key id noted beside it cannot come apart.
            self._blob_keys |= load_keys(self._folder, "blob")
        return self._blob_keys.get(key_id)

    def sign(self, message: bytes) -> Signature:
        return Signature(self._sign_key_id, _mac(self._sign_keys[self._sign_key_id], message))

    def verify(self, message: bytes, signature: Signature) -> bool:
        key = self._sign_keys.get(signature.key_id)
        if key is None:
            raise _missing()
        return hmac.compare_digest(_mac(key, message), signature.mac)


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def load_keys(folder: Path, use: str) -> dict[str, bytes]:
    """All keys of one use by their ids, 32 bytes each; the first one is made when there is none.

    Raises `ExamhallError` `keys_exposed` when others could have read them, `key_damaged`.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
    wrong = exposed(folder)
    if wrong is not None:
        raise ExamhallError(ErrorKind.UNAVAILABLE, "keys_exposed", f"The server does not start: {wrong}.")
    keys = {}
    for path in folder.glob(f"{use}-*.key"):
        key = bytes.fromhex(path.read_text("ascii").strip())
        if len(key) != _KEY_BYTES:
            raise ExamhallError(
                ErrorKind.UNAVAILABLE,
                "key_damaged",
                f"The key file {path.name} is damaged; restore it from a backup.",
            )
        keys[path.stem.removeprefix(f"{use}-")] = key
    if not keys:
        key_id, key = f"0001{secrets.token_hex(4)}", secrets.token_bytes(_KEY_BYTES)
        _write_private(folder / f"{use}-{key_id}.key", key.hex())
        keys[key_id] = key
    return keys


def exposed(folder: Path) -> str | None:
    """Why the keys in this folder are not secret, and how to mend it; None when they are, or there are none."""
    if not folder.is_dir():
        return None
    if folder.stat().st_mode & _OTHERS_WRITE:
        return (
            f"others may put keys into {folder}; give it to the server's user and run: chmod 700 '{folder}'"
        )
    open_ones = sorted(path.name for path in folder.glob("*.key") if path.stat().st_mode & _OTHERS)
    if not open_ones:
        return None
    return (
        f"others on this machine may read {', '.join(open_ones)}; run: chmod 600 '{folder}'/*.key, and if somebody "
        "may have read them, make new ones (docs/security.md)"
    )


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def _altered() -> ExamhallError:
    return ExamhallError(
        ErrorKind.UNAVAILABLE,
        "blob_altered",
        "This stored file was altered or cut short and cannot be opened.",
    )


def _missing() -> ExamhallError:
    return ExamhallError(
        ErrorKind.UNAVAILABLE,
        "key_missing",
        "The key that this was made with is not in this server's key ring.",
    )
