"""Candidates composed from the two portraits that come with the model files."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from examhall.bootstrap.models import portrait_path
from support.pictures import encode, noise

Picture = npt.NDArray[np.uint8]


@cache
def portrait(name: str) -> Picture:
    picture = cv2.imread(str(portrait_path(name)))
    assert picture is not None
    return np.asarray(picture, dtype=np.uint8)


def seat(*, people: int, width: int = 640, height: int = 480) -> Picture:
    """A dim room with nobody, the astronaut, or her and Grace Hopper side by side."""
    room = noise(width, height, seed=5) // 4 + 60
    side = height * 3 // 4
    for index, name in enumerate(("astronaut", "grace_hopper")[:people]):
        person = cv2.resize(portrait(name)[:512], (side * 2 // 3, side * 2 // 3))
        x = 20 + index * (width - 40 - person.shape[1])
        room[height - person.shape[0] :, x : x + person.shape[1]] = person
    return np.asarray(room, dtype=np.uint8)


def seat_jpeg(*, people: int) -> bytes:
    return encode(seat(people=people), ".jpg")


MODELS_DIR = portrait_path("astronaut").parent


def copy_of_models(folder: Path) -> Path:
    """A model folder that a test may damage."""
    for file in MODELS_DIR.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder
