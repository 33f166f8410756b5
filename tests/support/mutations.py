"""Pictures, sound and films that somebody has broken on purpose. The same seed gives the same pieces."""

import random
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from support.people import seat
from support.pictures import encode, jpeg_claiming, noise, png_header_only, with_exif_orientation
from support.recordings import sound
from support.voice import RATE_HZ

FORMATS = ("jpeg", "png", "webp", "pcm16", "wav", "webm")
# Numbers that readers of lengths, sizes and counts trip over.
_EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_MOST_BYTES = 480_000


@dataclass(frozen=True, slots=True)
class Piece:
    """format: one of FORMATS; how: what was done to a good one."""

    format: str
    how: str
    content: bytes


def pieces(count: int, seed: int = 20) -> Iterator[Piece]:
    """`count` pieces, the formats in turn."""
    dice = random.Random(seed)
    for index in range(count):
        kind = FORMATS[index % len(FORMATS)]
        good = dice.choice(seeds()[kind])
        how = dice.choice(list(_WAYS))
        broken = _WAYS[how](good, dice, dice.choice(seeds()[kind]))
        yield Piece(kind, how, broken[:_MOST_BYTES] or b"\0")


@cache
def seeds() -> dict[str, tuple[bytes, ...]]:
    """Good files of each format; pictures are drawn, or composed of the two portraits of the model files."""
    people = [seat(people=n, width=320, height=240) for n in range(3)]
    small = noise(48, 32, 3)
    alpha = np.dstack([small, small[:, :, :1]])
    jpegs = [encode(one, ".jpg") for one in [*people, small, small[:, :, 0]]]
    progressive = cv2.imencode(".jpg", people[1], [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    return {
        "jpeg": (
            *jpegs,
            progressive,
            with_exif_orientation(jpegs[1], 6),
            jpeg_claiming(jpegs[0], 3000, 3000),
        ),
        "png": (
            *(encode(one, ".png") for one in (people[1], small, small[:, :, 0], alpha)),
            encode(small.astype(np.uint16) * 257, ".png"),
            png_header_only(3000, 3000),
        ),
        "webp": tuple(encode(one, ".webp") for one in [*people, small, alpha]),
        "pcm16": (_voice(), bytes(16_000), b"\xff\x7f" * 8_000),
        "wav": (sound(1.0), sound(0.5, rate=44_100), _wav_around(_voice())),
        "webm": (_film(), _film(frames=2)),
    }


def _voice() -> bytes:
    """Half a second at 16 kHz."""
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    return (np.sin(time_s * 2 * np.pi * 140) * 9000).astype("<i2").tobytes()


def _wav_around(pcm: bytes) -> bytes:
    return sound(0)[:40] + struct.pack("<I", len(pcm)) + pcm


@cache
def _film(frames: int = 6) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "film.webm")
        writer = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*"VP80"), 5, (160, 120))
        for number in range(frames):
            writer.write(noise(160, 120, number))
        writer.release()
        return Path(path).read_bytes()


# ---- what is done to them ------------------------------------------------------------------------


def _flip(good: bytes, dice: random.Random, _: bytes) -> bytes:
    made = bytearray(good)
    for _ in range(dice.choice((1, 3, 20, 200))):
        made[dice.randrange(len(made))] ^= 1 << dice.randrange(8)
    return bytes(made)


def _in_the_head(good: bytes, dice: random.Random, _: bytes) -> bytes:
    made = bytearray(good)
    for _ in range(dice.choice((1, 2, 8))):
        made[dice.randrange(min(len(made), 128))] = dice.randrange(256)
    return bytes(made)


def _number(good: bytes, dice: random.Random, _: bytes) -> bytes:
    form = dice.choice((">H", "<H", ">I", "<I"))
    edge = dice.choice(_EDGES) & (0xFFFF if form[1] == "H" else 0xFFFFFFFF)
    at = dice.randrange(max(1, min(len(good), 400) - 4))
    return good[:at] + struct.pack(form, edge) + good[at + struct.calcsize(form) :]


def _cut(good: bytes, dice: random.Random, _: bytes) -> bytes:
    return good[: dice.randrange(1, len(good))]


def _cut_out(good: bytes, dice: random.Random, _: bytes) -> bytes:
    at = dice.randrange(len(good))
    return good[:at] + good[at + dice.randrange(1, 2000) :]


def _repeat(good: bytes, dice: random.Random, _: bytes) -> bytes:
    at = dice.randrange(len(good))
    part = good[at : at + dice.randrange(1, 1000)]
    return good[:at] + part * dice.choice((2, 10, 100)) + good[at:]


def _graft(good: bytes, dice: random.Random, other: bytes) -> bytes:
    return good[: dice.randrange(1, len(good))] + other[dice.randrange(len(other)) :]


def _tail(good: bytes, dice: random.Random, other: bytes) -> bytes:
    return good + dice.choice(
        (b"<script>alert(1)</script>", b"PK\x03\x04" + bytes(60), other, dice.randbytes(500))
    )


def _noise(good: bytes, dice: random.Random, _: bytes) -> bytes:
    return good[: dice.choice((2, 12, 40))] + dice.randbytes(dice.choice((0, 10, 5000)))


_WAYS = {
    "bits flipped": _flip,
    "head overwritten": _in_the_head,
    "a length or size at its edge": _number,
    "cut short": _cut,
    "a part cut out": _cut_out,
    "a part repeated": _repeat,
    "two grafted together": _graft,
    "something appended": _tail,
    "noise after the signature": _noise,
}
