"""The binary messages of the wire: frames that come in, thumbnails that go out.

A frame is `version u8, kind u8, sequence u32, captured_at i64, codec u8` and the payload; a
thumbnail is `version u8, kind u8 (16), attempt index u32, captured_at i64` and a JPEG. Both are packed
and little endian. `captured_at` is ms since the epoch by the sender's clock.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

from examhall.domain.errors import ErrorKind, ExamhallError

WIRE_VERSION = 1
THUMBNAIL_KIND = 16

_FRAME = struct.Struct("<BBIqB")
_THUMBNAIL = struct.Struct("<BBIq")


class FrameKind(IntEnum):
    """The wire's `kind` byte."""

    CAMERA = 1
    SCREEN = 2
    AUDIO = 3


class FrameCodec(IntEnum):
    """The wire's `codec` byte."""

    JPEG = 0
    WEBP = 1
    PCM16 = 2


_CODECS = {
    FrameKind.CAMERA: frozenset({FrameCodec.JPEG, FrameCodec.WEBP}),
    FrameKind.SCREEN: frozenset({FrameCodec.JPEG, FrameCodec.WEBP}),
    FrameKind.AUDIO: frozenset({FrameCodec.PCM16}),
}


@dataclass(frozen=True, slots=True)
class FrameMessage:
    """One binary message of the candidate's page. sequence: 0..2^32-1, counted per page load."""

    kind: FrameKind
    codec: FrameCodec
    sequence: int
    captured_at_ms: int
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ThumbnailMessage:
    """One binary message of the monitor socket: the newest small JPEG of an attempt."""

    attempt_index: int
    captured_at_ms: int
    jpeg: bytes = field(repr=False)


def pack_frame(message: FrameMessage) -> bytes:
    """Return the header and payload as one message."""
    header = _FRAME.pack(WIRE_VERSION, message.kind, message.sequence, message.captured_at_ms, message.codec)
    return header + message.payload


def unpack_frame(data: bytes) -> FrameMessage:
    """Read one frame message.

    Raises `ExamhallError` with code `frame_header_too_short`, `frame_version_unsupported`,
    `frame_kind_unknown`, `frame_codec_unknown` (also one that does not fit the kind) or `frame_empty`.
    """
    if data and data[0] != WIRE_VERSION:
        raise _version_error(data[0])
    if len(data) < _FRAME.size:
        raise _short_error(len(data), _FRAME.size)
    _, kind_byte, sequence, captured_at_ms, codec_byte = _FRAME.unpack_from(data)
    kind = _kind(kind_byte)
    codec = _codec(codec_byte, kind)
    if len(data) == _FRAME.size:
        raise ExamhallError(
            ErrorKind.INVALID, "frame_empty", "The frame has a header and no payload; send the picture too."
        )
    return FrameMessage(kind, codec, sequence, captured_at_ms, bytes(data[_FRAME.size :]))


def pack_thumbnail(message: ThumbnailMessage) -> bytes:
    """Return the header and JPEG as one message."""
    header = _THUMBNAIL.pack(WIRE_VERSION, THUMBNAIL_KIND, message.attempt_index, message.captured_at_ms)
    return header + message.jpeg


def unpack_thumbnail(data: bytes) -> ThumbnailMessage:
    """Read one thumbnail message; raises the same codes as `unpack_frame`."""
    if data and data[0] != WIRE_VERSION:
        raise _version_error(data[0])
    if len(data) < _THUMBNAIL.size:
        raise _short_error(len(data), _THUMBNAIL.size)
    _, kind_byte, attempt_index, captured_at_ms = _THUMBNAIL.unpack_from(data)
    if kind_byte != THUMBNAIL_KIND:
        raise _kind_error(kind_byte, "16 (thumbnail)")
    if len(data) == _THUMBNAIL.size:
        raise ExamhallError(ErrorKind.INVALID, "frame_empty", "The thumbnail has a header and no picture.")
    return ThumbnailMessage(attempt_index, captured_at_ms, bytes(data[_THUMBNAIL.size :]))


def _kind(byte: int) -> FrameKind:
    for kind in FrameKind:
        if kind == byte:
            return kind
    raise _kind_error(byte, "1 (camera), 2 (screen) or 3 (audio)")


def _codec(byte: int, kind: FrameKind) -> FrameCodec:
    for codec in _CODECS[kind]:
        if codec == byte:
            return codec
    wanted = " or ".join(f"{c.value} ({c.name})" for c in sorted(_CODECS[kind]))
    raise ExamhallError(
        ErrorKind.INVALID,
        "frame_codec_unknown",
        f"Codec {byte} is not known for {kind.name.lower()} frames; send {wanted}.",
    )


def _version_error(byte: int) -> ExamhallError:
    return ExamhallError(
        ErrorKind.INVALID,
        "frame_version_unsupported",
        f"Frame version {byte} is not supported; send version {WIRE_VERSION}, or reload the page.",
    )


def _short_error(length: int, needed: int) -> ExamhallError:
    return ExamhallError(
        ErrorKind.INVALID,
        "frame_header_too_short",
        f"The message has {length} bytes; its header alone takes {needed}.",
    )


def _kind_error(byte: int, wanted: str) -> ExamhallError:
    message = f"Frame kind {byte} is not known; send {wanted}."
    return ExamhallError(ErrorKind.INVALID, "frame_kind_unknown", message)
