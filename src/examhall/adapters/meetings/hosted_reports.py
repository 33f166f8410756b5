"""Reports of RealtimeKit and Dyte: RSA-SHA256 over the raw body, with a key that the provider publishes."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from examhall.application.ports.clock import Clock
from examhall.application.ports.meetings import (
    Booth,
    MeetingEvent,
    MeetingEventKind,
    unavailable,
    webhook_refused,
)

ANSWER_WITHIN_S = 5.0
FETCH_AGAIN_S = 60.0  # after a signature that the known key does not verify: it may have been changed
_KINDS = {
    "meeting.participantJoined": MeetingEventKind.JOINED,
    "meeting.participantLeft": MeetingEventKind.LEFT,
    "meeting.ended": MeetingEventKind.ENDED,
}


class Reports:
    """prefix: of the headers `{prefix}-signature` and `{prefix}-uuid`; keys_url: where the public key is."""

    def __init__(self, prefix: str, keys_url: str, clock: Clock) -> None:
        self._prefix = prefix
        self._keys_url = keys_url
        self._clock = clock
        self._key: RSAPublicKey | None = None
        self._fetched_s = 0.0

    async def verify(self, headers: Mapping[str, str], body: bytes) -> tuple[MeetingEvent, ...]:
        """Raises `ExamhallError` `webhook_refused`; `meeting_unavailable` when the key cannot be had."""
        try:
            signature = base64.b64decode(headers.get(f"{self._prefix}-signature", ""), validate=True)
        except (binascii.Error, ValueError) as error:
            raise webhook_refused("its signature cannot be read") from error
        if not signature or not await self._signed(signature, body):
            raise webhook_refused("its signature is wrong")
        key = headers.get(f"{self._prefix}-uuid") or hashlib.sha256(body).hexdigest()
        return _events(key, body)

    async def _signed(self, signature: bytes, body: bytes) -> bool:
        if self._key is not None and _verifies(self._key, signature, body):
            return True
        now_s = self._clock.monotonic_s()
        if self._key is not None and now_s - self._fetched_s < FETCH_AGAIN_S:
            return False
        self._key, self._fetched_s = await self._fetch(), now_s
        return _verifies(self._key, signature, body)

    async def _fetch(self) -> RSAPublicKey:
        try:
            async with httpx.AsyncClient(timeout=ANSWER_WITHIN_S) as http:
                answer = await http.get(self._keys_url)
                answer.raise_for_status()
            key = load_pem_public_key(_pem_in(answer.json()).encode())
        except (httpx.HTTPError, ValueError) as error:
            raise unavailable(
                f"the key of the provider's reports cannot be had from {self._keys_url}"
            ) from error
        if not isinstance(key, RSAPublicKey):
            raise unavailable("the provider's reports are signed in another way than is known here")
        return key


def _verifies(key: RSAPublicKey, signature: bytes, body: bytes) -> bool:
    try:
        key.verify(signature, body, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _pem_in(published: object) -> str:
    """The first PEM public key of the published JSON, under whatever name."""
    inside = (
        published.values()
        if isinstance(published, dict)
        else published
        if isinstance(published, list)
        else ()
    )
    for one in (published, *inside):
        if isinstance(one, str) and "BEGIN PUBLIC KEY" in one:
            return one
    raise ValueError("no public key there")


def _events(key: str, body: bytes) -> tuple[MeetingEvent, ...]:
    try:
        told = json.loads(body)
    except ValueError as error:
        raise webhook_refused("it cannot be read") from error
    event, meeting, participant = (_part(told, name) for name in ("event", "meeting", "participant"))
    kind = _KINDS.get(event) if isinstance(event, str) else None
    booth = Booth.from_key(_text(meeting, "title") or "")
    if kind is None or booth is None:
        return ()
    # Dyte's older reports have the id under its former name.
    who = _text(participant, "customParticipantId") or _text(participant, "clientSpecificId")
    when = {"joined": "joinedAt", "left": "leftAt"}.get(kind.value)
    at = _text(participant, when) if when else _text(meeting, "endedAt")
    return (MeetingEvent(kind, key, booth, who, None, _ms(at)),)


def _part(told: object, name: str) -> object:
    return told.get(name) if isinstance(told, dict) else None


def _text(told: object, name: str) -> str | None:
    value = _part(told, name)
    return value if isinstance(value, str) and value else None


def _ms(iso: str | None) -> int | None:
    try:
        return round(datetime.fromisoformat(iso).timestamp() * 1000) if iso else None
    except ValueError:
        return None
