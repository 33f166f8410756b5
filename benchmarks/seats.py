"""The pictures that all paths are measured on: 640 x 480, an empty seat, one person, two."""

from dataclasses import dataclass

import cv2
import numpy as np

from examhall.bootstrap.models import portrait_path

WIDTH, HEIGHT = 640, 480
JPEG_QUALITY = 80  # what the candidate's page sends


@dataclass(frozen=True)
class Seat:
    name: str
    people: int
    jpeg: bytes
    png: bytes


def seats() -> list[Seat]:
    return [
        _seat("empty", ()),
        _seat("astronaut", ("astronaut",)),
        _seat("grace_hopper", ("grace_hopper",)),
        _seat("both", ("astronaut", "grace_hopper")),
    ]


def _seat(name: str, people: tuple[str, ...]) -> Seat:
    noise = np.random.default_rng(5)
    blobs = noise.integers(60, 130, (12, 16, 3), dtype=np.uint8)
    room = cv2.resize(blobs, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    side = HEIGHT * 2 // 3
    for index, person in enumerate(people):
        portrait = cv2.imread(str(portrait_path(person)))
        assert portrait is not None
        x = (WIDTH - side) // 2 if len(people) == 1 else index * (WIDTH - side)
        room[HEIGHT - side :, x : x + side] = cv2.resize(portrait[:512], (side, side))
    # A camera's noise: without it JPEG and PNG would be smaller than real ones.
    frame = np.clip(room + noise.normal(0, 3, room.shape), 0, 255).astype(np.uint8)
    jpeg = cv2.imencode(".jpg", frame, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))[1]
    return Seat(name, len(people), jpeg.tobytes(), cv2.imencode(".png", frame)[1].tobytes())
