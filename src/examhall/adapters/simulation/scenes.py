"""Pictures of simulated candidates: a portrait composed over a drawn room, 640x480.

All pictures are uint8 BGR arrays of shape (480, 640, 3). Portraits are the two that ship in packages and are
free to use: the astronaut (NASA) and Grace Hopper (US Navy).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from examhall.adapters.simulation.behaviours import Scene
from examhall.domain.errors import ErrorKind, ExamhallError

Picture = NDArray[np.uint8]

WIDTH: Final = 640
HEIGHT: Final = 480


@dataclass(frozen=True, slots=True)
class PortraitCut:
    """Where a person is in a portrait: crop (x1, y1, x2, y2) in its pixels; in the crop, 0..1: the head's
    centre and the eyes' centres."""

    file: str
    crop: tuple[int, int, int, int]
    head: tuple[float, float]
    eyes: tuple[tuple[float, float], tuple[float, float]]


ASTRONAUT: Final = PortraitCut(
    "astronaut.png", (60, 0, 400, 380), (0.48, 0.31), ((0.418, 0.269), (0.552, 0.277))
)
HOPPER: Final = PortraitCut(
    "grace_hopper.jpg", (40, 20, 480, 520), (0.50, 0.42), ((0.420, 0.358), (0.601, 0.347))
)

BLINK_EVERY_S: Final = 4.0
BLINK_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Look:
    """What makes one simulated candidate differ from the next."""

    portrait: PortraitCut
    mirrored: bool
    warmth: float  # -1 cool .. 1 warm light
    brightness: float  # 1 = as in the portrait
    wall_bgr: tuple[int, int, int]
    seat_x: float  # 0..1, where the person sits
    size: float  # 1 = a person filling two thirds of the height
    window: bool
    shelf: bool


LOOKS: Final[tuple[Look, ...]] = (
    Look(ASTRONAUT, False, 0.2, 1.0, (196, 202, 204), 0.50, 1.00, True, False),
    Look(HOPPER, False, -0.2, 1.0, (168, 188, 178), 0.52, 0.98, False, True),
    Look(ASTRONAUT, True, -0.5, 0.86, (188, 172, 150), 0.46, 0.92, False, True),
    Look(HOPPER, True, 0.5, 1.08, (176, 196, 214), 0.48, 1.04, True, False),
    Look(ASTRONAUT, False, 0.7, 0.94, (150, 170, 190), 0.56, 0.94, True, True),
    Look(HOPPER, False, 0.1, 0.88, (190, 184, 200), 0.44, 0.92, True, True),
)


class SceneArtist:
    """Draws the scenes of one simulated candidate; deterministic for a given look and seed."""

    def __init__(self, portraits_dir: Path, look: Look, *, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._look = look
        self._room = _draw_room(look)
        self._person = _cut_out(portraits_dir, look.portrait, look)
        self._blinking = _cut_out(portraits_dir, look.portrait, look, blinking=True)
        other = HOPPER if look.portrait is ASTRONAUT else ASTRONAUT
        self._visitor = _cut_out(portraits_dir, other, look)

    def drawing(self, scene: Scene) -> Callable[[float], Picture]:
        """What draws the scene as it is `t_s` seconds after the start."""
        return {
            Scene.NORMAL: self.normal,
            Scene.EMPTY_SEAT: lambda _: self.empty_seat(),
            Scene.SECOND_PERSON: self.second_person,
            Scene.COVERED: lambda _: self.covered(),
            Scene.PERSON_BEHIND: self.person_behind,
            Scene.SOMEBODY_ELSE: self.somebody_else,
        }[scene]

    def normal(self, t_s: float) -> Picture:
        """The candidate at work, moving a little as people do."""
        return self._finish(self._with_person(self._room.copy(), t_s))

    def empty_seat(self) -> Picture:
        """The chair without anybody."""
        return self._finish(self._room.copy())

    def second_person(self, t_s: float) -> Picture:
        """Somebody else beside the candidate."""
        side = 0.80 if self._look.seat_x <= 0.5 else 0.18
        seat = 0.34 if self._look.seat_x <= 0.5 else 0.66
        picture = _paste(self._room.copy(), self._visitor, side, 0.70, 2.0)
        return self._finish(self._with_person(picture, t_s, at=seat))

    def person_behind(self, t_s: float) -> Picture:
        """Somebody stands behind the candidate, the head out of the picture."""
        side = 0.84 if self._look.seat_x <= 0.5 else 0.16
        picture = _paste(self._room.copy(), _headless(self._visitor), side, 1.25, np.sin(t_s))
        return self._finish(self._with_person(picture, t_s))

    def somebody_else(self, t_s: float) -> Picture:
        """Another person on the candidate's chair."""
        picture = _paste(
            self._room.copy(), self._visitor, self._look.seat_x, self._look.size, 2 * np.sin(t_s)
        )
        return self._finish(picture)

    def covered(self) -> Picture:
        """A hand over the lens: nearly black, with the sensor's noise."""
        return self._finish(np.full((HEIGHT, WIDTH, 3), 6, np.uint8))

    def _with_person(self, picture: Picture, t_s: float, at: float | None = None) -> Picture:
        sway = 0.006 * np.sin(t_s / 2.3) + 0.004 * np.sin(t_s / 0.9)
        breath = 2.0 * np.sin(t_s / 0.8)
        seat = self._look.seat_x if at is None else at
        person = self._blinking if t_s % BLINK_EVERY_S >= BLINK_EVERY_S - 0.1 - BLINK_S else self._person
        return _paste(picture, person, seat + sway, self._look.size, breath)

    def _finish(self, picture: Picture) -> Picture:
        noise = self._rng.normal(0.0, 2.2, (HEIGHT // 2, WIDTH // 2)).astype(np.float32)
        grain = cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        lit = picture.astype(np.float32) + grain[:, :, None]
        return _to_picture(lit)


def _to_picture(values: NDArray[np.float32]) -> Picture:
    picture: Picture = np.clip(values, 0, 255).astype(np.uint8)
    return picture


def encode_jpeg(picture: Picture, quality: int = 72) -> bytes:
    """The picture as the candidate's page would send it."""
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def _cut_out(directory: Path, cut: PortraitCut, look: Look, *, blinking: bool = False) -> NDArray[np.float32]:
    """Head and shoulders with a soft edge: float32 BGRA, alpha 0..1 in the last plane."""
    path = directory / cut.file
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ExamhallError(
            ErrorKind.UNAVAILABLE,
            "portrait_missing",
            f"The portrait {cut.file} is not there. Run `examhall models build`.",
        )
    x1, y1, x2, y2 = cut.crop
    crop = np.array(picture[y1:y2, x1:x2], np.uint8)
    if blinking:
        _close_eyes(crop, cut)
    part = crop.astype(np.float32)
    head_x = cut.head[0]
    if look.mirrored:
        part, head_x = np.ascontiguousarray(part[:, ::-1]), 1 - head_x
    part *= np.array([1 - 0.10 * look.warmth, 1.0, 1 + 0.10 * look.warmth], np.float32)
    part = np.clip(part * look.brightness, 0, 255)
    alpha = _person_mask(part.shape[1], part.shape[0], head_x, cut.head[1])
    return np.dstack([part, alpha]).astype(np.float32)


def _close_eyes(crop: Picture, cut: PortraitCut) -> None:
    """Paint lids in the skin's own colour, with a line of lashes."""
    height, width = crop.shape[:2]
    eyes = [(round(x * width), round(y * height)) for x, y in cut.eyes]
    apart = float(np.hypot(eyes[1][0] - eyes[0][0], eyes[1][1] - eyes[0][1]))
    lid = (round(apart * 0.27), round(apart * 0.15))
    for x, y in eyes:
        skin = crop[y + round(apart * 0.24) : y + round(apart * 0.32), x - lid[0] // 2 : x + lid[0] // 2]
        colour = [float(value) for value in skin.reshape(-1, 3).mean(axis=0) * 0.94]
        cv2.ellipse(crop, (x, y), lid, 0, 0, 360, colour, -1, cv2.LINE_AA)
        lashes = [value * 0.45 for value in colour]
        cv2.ellipse(crop, (x, y), (lid[0], round(lid[1] * 0.7)), 0, 20, 160, lashes, 1, cv2.LINE_AA)


def _headless(person: NDArray[np.float32]) -> NDArray[np.float32]:
    """From the shoulders on, drawn out to the length of somebody who stands."""
    torso = person[round(person.shape[0] * 0.60) :]
    return np.asarray(cv2.resize(torso, (torso.shape[1], round(torso.shape[0] * 3.0))), np.float32)


def _person_mask(width: int, height: int, head_x: float, head_y: float) -> NDArray[np.float32]:
    mask = np.zeros((height, width), np.uint8)
    centre = (round(width * head_x), round(height * head_y))
    cv2.ellipse(mask, centre, (round(width * 0.27), round(height * 0.31)), 0, 0, 360, 255, -1)
    shoulders = (centre[0], round(height * 1.02))
    cv2.ellipse(mask, shoulders, (round(width * 0.46), round(height * 0.44)), 0, 0, 360, 255, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), width / 45)
    soft[:, : width // 60] = 0
    soft[:, -(width // 60) :] = 0
    return soft.astype(np.float32) / 255.0


def _paste(picture: Picture, person: NDArray[np.float32], x: float, size: float, dy: float) -> Picture:
    height = round(HEIGHT * 0.80 * size)
    width = round(person.shape[1] * height / person.shape[0])
    scaled = cv2.resize(person, (width, height), interpolation=cv2.INTER_AREA)
    top = round(HEIGHT - height + 4 + dy)
    left = round(WIDTH * x - width / 2)
    x1, y1 = max(0, left), max(0, top)
    x2, y2 = min(WIDTH, left + width), min(HEIGHT, top + height)
    part = scaled[y1 - top : y2 - top, x1 - left : x2 - left]
    alpha = part[:, :, 3:]
    below = picture[y1:y2, x1:x2].astype(np.float32)
    picture[y1:y2, x1:x2] = (part[:, :, :3] * alpha + below * (1 - alpha)).astype(np.uint8)
    return picture


def _draw_room(look: Look) -> Picture:
    shade = np.linspace(1.06, 0.80, HEIGHT, dtype=np.float32)[:, None, None]
    wall = np.broadcast_to(np.array(look.wall_bgr, np.float32), (HEIGHT, WIDTH, 3)) * shade
    room = np.clip(wall, 0, 255).astype(np.uint8)
    dark = tuple(int(c * 0.62) for c in look.wall_bgr)
    if look.window:
        cv2.rectangle(room, (30, 40), (170, 230), (236, 236, 228), -1)
        cv2.rectangle(room, (30, 40), (170, 230), dark, 6)
        cv2.line(room, (100, 40), (100, 230), dark, 4)
        cv2.line(room, (30, 135), (170, 135), dark, 4)
    if look.shelf:
        for row in (150, 250):
            cv2.rectangle(room, (480, row), (630, row + 8), dark, -1)
            for i, left in enumerate(range(488, 620, 16)):
                tone = 70 + (i * 37) % 110
                top = row - 40 - (i * 13) % 22
                cv2.rectangle(room, (left, top), (left + 12, row), (tone, 110, 190 - tone // 2), -1)
    cv2.rectangle(room, (0, 440), (WIDTH, HEIGHT), tuple(int(c * 0.5) for c in look.wall_bgr), -1)
    chair = round(WIDTH * look.seat_x)
    cv2.ellipse(room, (chair, 400), (90, 120), 0, 180, 360, (52, 48, 46), -1)
    cv2.rectangle(room, (chair - 90, 400), (chair + 90, HEIGHT), (52, 48, 46), -1)
    return _to_picture(cv2.GaussianBlur(room, (0, 0), 1.6).astype(np.float32))
