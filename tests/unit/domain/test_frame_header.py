"""The wire's binary headers: what goes in comes out, and every wrong one has its code."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.domain.errors import ExamhallError
from examhall.domain.frame_header import (
    FrameCodec,
    FrameKind,
    FrameMessage,
    ThumbnailMessage,
    pack_frame,
    pack_thumbnail,
    unpack_frame,
    unpack_thumbnail,
)

FITTING = [
    (kind, codec)
    for kind in FrameKind
    for codec in FrameCodec
    if (kind is FrameKind.AUDIO) == (codec is FrameCodec.PCM16)
]
U32, I64 = st.integers(0, 2**32 - 1), st.integers(-(2**63), 2**63 - 1)


@given(st.sampled_from(FITTING), U32, I64, st.binary(min_size=1, max_size=64))
def test_a_frame_comes_back_as_it_was(
    form: tuple[FrameKind, FrameCodec], sequence: int, captured_at_ms: int, payload: bytes
) -> None:
    message = FrameMessage(*form, sequence, captured_at_ms, payload)
    assert unpack_frame(pack_frame(message)) == message


@given(U32, I64, st.binary(min_size=1, max_size=64))
def test_a_thumbnail_comes_back_as_it_was(index: int, captured_at_ms: int, jpeg: bytes) -> None:
    message = ThumbnailMessage(index, captured_at_ms, jpeg)
    assert unpack_thumbnail(pack_thumbnail(message)) == message


def test_the_bytes_are_those_of_the_design() -> None:
    packed = pack_frame(FrameMessage(FrameKind.CAMERA, FrameCodec.WEBP, 7, 1_700_000_000_123, b"xy"))
    assert packed == bytes([1, 1]) + struct.pack("<I", 7) + struct.pack("<q", 1_700_000_000_123) + b"\x01xy"
    assert len(packed) == 15 + 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "frame_header_too_short"),
        (b"\x01" * 14, "frame_header_too_short"),
        (struct.pack("<BBIqB", 2, 1, 0, 0, 0) + b"x", "frame_version_unsupported"),
        (b"\x00", "frame_version_unsupported"),
        (struct.pack("<BBIqB", 1, 9, 0, 0, 0) + b"x", "frame_kind_unknown"),
        (struct.pack("<BBIqB", 1, 1, 0, 0, 9) + b"x", "frame_codec_unknown"),
        (struct.pack("<BBIqB", 1, 1, 0, 0, 2) + b"x", "frame_codec_unknown"),
        (struct.pack("<BBIqB", 1, 3, 0, 0, 0) + b"x", "frame_codec_unknown"),
        (struct.pack("<BBIqB", 1, 1, 0, 0, 0), "frame_empty"),
    ],
)
def test_a_wrong_frame_has_its_code(data: bytes, code: str) -> None:
    with pytest.raises(ExamhallError) as caught:
        unpack_frame(data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x01\x10", "frame_header_too_short"),
        (struct.pack("<BBIq", 3, 16, 0, 0) + b"x", "frame_version_unsupported"),
        (struct.pack("<BBIq", 1, 1, 0, 0) + b"x", "frame_kind_unknown"),
        (struct.pack("<BBIq", 1, 16, 0, 0), "frame_empty"),
    ],
)
def test_a_wrong_thumbnail_has_its_code(data: bytes, code: str) -> None:
    with pytest.raises(ExamhallError) as caught:
        unpack_thumbnail(data)
    assert caught.value.code == code


@given(st.binary(max_size=40))
def test_any_bytes_give_a_frame_or_a_clear_error(data: bytes) -> None:
    try:
        message = unpack_frame(data)
    except ExamhallError:
        return
    assert pack_frame(message) == data
