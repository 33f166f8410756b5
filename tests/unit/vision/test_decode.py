import base64

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examhall.domain.errors import ExamhallError
from examhall.vision.decode import decode, decode_at_least, fit_within
from examhall.vision.headers import read_header
from support.pictures import encode, noise, with_exif_orientation


def decoded(data: bytes):
    return decode(data, read_header(data))


@pytest.mark.parametrize("extension", [".png", ".webp", ".jpg"])
def test_pixels_come_back(extension: str) -> None:
    picture = noise(64, 48)
    error = np.abs(decoded(encode(picture, extension)).astype(int) - picture)
    assert error.mean() < (0.01 if extension == ".png" else 8)


def test_grey_and_alpha_and_16_bit_become_bgr() -> None:
    grey = noise(64, 48)[:, :, 0]
    np.testing.assert_array_equal(decoded(encode(grey, ".png")), np.repeat(grey[:, :, None], 3, axis=2))
    bgra = np.dstack([noise(64, 48), np.full((48, 64), 7, np.uint8)])
    np.testing.assert_array_equal(decoded(encode(bgra, ".png")), bgra[:, :, :3])
    deep = noise(64, 48).astype(np.uint16) * 257
    np.testing.assert_array_equal(decoded(encode(deep, ".png")), noise(64, 48))


# EXIF 2.32, tag 0x0112: where the stored first row and first column are in the upright picture.
UPRIGHT = {
    1: lambda stored: stored,
    2: np.fliplr,
    3: lambda stored: np.rot90(stored, 2),
    4: np.flipud,
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.rot90(stored, 2).transpose(1, 0, 2),
    8: np.rot90,
}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(orientation: int) -> None:
    jpeg = encode(noise(64, 32), ".jpg")
    np.testing.assert_array_equal(
        decoded(with_exif_orientation(jpeg, orientation)), UPRIGHT[orientation](decoded(jpeg))
    )


@pytest.mark.parametrize(
    ("size", "extension", "taken"),
    [
        ((640, 480), ".jpg", (640, 480)),
        ((1279, 721), ".jpg", (1279, 721)),
        ((1281, 483), ".jpg", (641, 242)),
        ((480, 4000), ".jpg", (60, 500)),
        ((2600, 2000), ".png", (2600, 2000)),
    ],
)
def test_a_large_jpeg_is_shrunk_while_it_is_decoded(
    size: tuple[int, int], extension: str, taken: tuple[int, int]
) -> None:
    data = encode(noise(*size), extension)
    picture = decode_at_least(data, read_header(data), 640, 480)
    assert (picture.shape[1], picture.shape[0]) == taken
    reference = cv2.resize(decoded(data), taken, interpolation=cv2.INTER_AREA)
    assert np.abs(picture.astype(int) - reference).mean() < 3


def test_fit_within_never_enlarges_and_never_vanishes() -> None:
    assert fit_within(100, 50, 320, 256) == (100, 50)
    assert fit_within(10_000, 1, 320, 256) == (320, 1)


def test_damage_that_the_header_does_not_show_is_told() -> None:
    data = bytearray(encode(noise(64, 48), ".png"))
    start = data.index(b"IDAT") + 4
    data[start : start + 8] = b"\xff" * 8
    with pytest.raises(ExamhallError) as refused:
        decoded(bytes(data))
    assert refused.value.code == "truncated_picture"


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_bytes_give_pixels_or_a_stable_code(data: st.DataObject) -> None:
    damaged = bytearray(encode(noise(48, 32), data.draw(st.sampled_from([".jpg", ".png", ".webp"]))))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    code = "decoded"
    try:
        picture = decoded(bytes(damaged))
    except ExamhallError as error:
        code = error.code
    else:
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 3
    refusals = {"not_a_picture", "unsupported_picture", "truncated_picture", "picture_too_large"}
    assert code in refusals | {"decoded"}


# 16 x 16 px of one red (200, 40, 30), written by Pillow as an inverted Adobe CMYK file.
CMYK_JPEG = (
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAGBAUGBQQGBgUGBwcGCAoQCgoJCQoUDg8MEBcUGBgXFBYWGh0lHxobIxwWFiAsICMmJykqKR"
    "kfLTAtKDAlKCko/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMC"
    "BAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1"
    "RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh"
    "4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD2CvCq+fK+qaKKKKKKKKKKKK//2Q=="
)


def test_print_colours_become_bgr() -> None:
    picture = decoded(base64.b64decode(CMYK_JPEG))
    assert np.abs(picture.astype(int) - [30, 40, 200]).max() <= 3
