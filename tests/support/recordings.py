"""Segments as a candidate's page sends them."""

import hashlib
import struct

import httpx

EBML = b"\x1a\x45\xdf\xa3"


def film(content: bytes = b"a picture") -> bytes:
    """The frame of a webm file, with any content."""
    header = (
        b"\x42\x86\x81\x01" + b"\x42\xf7\x81\x01" + b"\x42\x82\x84webm" + b"\x42\x87\x81\x04" + b"\xec\x83pad"
    )
    return EBML + bytes([0x80 | len(header)]) + header + b"\x18\x53\x80\x67" + b"\x01" + b"\xff" * 7 + content


def sound(seconds: float = 1.0, rate: int = 16_000) -> bytes:
    """A silent WAV, PCM16 mono."""
    data = bytes(2 * round(seconds * 16_000))
    form = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + len(data))
        + b"WAVEfmt "
        + form
        + b"data"
        + struct.pack("<I", len(data))
        + data
    )


async def send_segment(
    http: httpx.AsyncClient,
    attempt_id: str,
    content: bytes,
    *,
    captured_at: int,
    kind: str = "camera",
    seq: int = 0,
    instance: str = "page-1",
    duration_ms: int = 10_000,
    sha256: str | None = None,
    media: str | None = None,
) -> httpx.Response:
    headers = {
        "Content-Type": media or ("audio/wav" if kind == "audio" else "video/webm;codecs=vp8,opus"),
        "X-Captured-At": str(captured_at),
        "X-Duration-Ms": str(duration_ms),
        "X-Sha256": sha256 or hashlib.sha256(content).hexdigest(),
    }
    where = f"/api/v1/attempts/{attempt_id}/recordings/{instance}/{kind}/{seq}"
    return await http.put(where, content=content, headers=headers)
