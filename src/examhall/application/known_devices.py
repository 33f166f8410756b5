"""Marks of browsers that somebody was let in by before: a stranger's failures do not lock these out."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from examhall.application.ports.clock import Ids
from examhall.application.ports.keys import KeyRing, Signature
from examhall.domain.errors import ExamhallError

_SHORT = 32


@dataclass(frozen=True, slots=True)
class KnownDevices:
    """A mark opens nothing. It is `{key id}.{nonce}.{MAC over account and nonce}`; nothing is stored."""

    keys: KeyRing
    ids: Ids

    def new_mark(self, email: str) -> str:
        nonce = self.ids.new_id()
        signature = self.keys.sign(_message(email, nonce))
        return f"{signature.key_id}.{nonce}.{base64.urlsafe_b64encode(signature.mac).decode()}"

    def mark_of(self, email: str, mark: str) -> str | None:
        """The nonce of a mark that was made for this account; None for any other."""
        try:
            key_id, nonce, mac = mark.split(".")
            signature = Signature(key_id, base64.b64decode(mac, altchars=b"-_", validate=True))
            genuine = self.keys.verify(_message(email, nonce), signature)
        except (ValueError, binascii.Error, ExamhallError):
            return None
        return nonce if genuine else None


def _message(email: str, nonce: str) -> bytes:
    return f"device:{hashlib.sha256(email.encode()).hexdigest()[:_SHORT]}:{nonce}".encode()
