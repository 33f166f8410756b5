"""Pictures of what the labelled ones lack, composed from them by a seeded script: nothing is stored.

A second person is cut out of one picture (GrabCut from the place of the face) and put beside and behind the
candidate of another, without a head, or turned away: the face painted over with the hair's colour. Figures from such pictures
are called synthetic: they show that a detector answers to the cause, not how often it will in a room.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from accuracy.dataset import Still
from examhall.domain.observation import FaceBox
from examhall.vision.decode import Picture

Mask = npt.NDArray[np.float32]

_BODY = 4.0  # so many face heights of a body are cut out below the chin


class Figure(StrEnum):
    """What is put beside the candidate; NOTHING is the control: a piece of a room of the same size."""

    HEADLESS = "headless"
    TURNED_AWAY = "turned away"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture of one person, with the face that the detector found in it."""

    still: Still
    picture: Picture
    face: FaceBox


@dataclass(frozen=True, slots=True)
class Composite:
    scene: str
    figure: Figure
    picture: Picture


def can_seat(portrait: Portrait) -> bool:
    """Whether beside this candidate there is room for a second person."""
    height, width = portrait.picture.shape[:2]
    face = portrait.face
    room = max(face.x1, width - face.x2) / width
    share = (face.y2 - face.y1) / height
    return portrait.still.webcam_like and width >= 380 and room > 0.42 and 0.13 < share < 0.5


def can_lend(portrait: Portrait) -> bool:
    """Whether enough of the body is seen below the face."""
    height, width = portrait.picture.shape[:2]
    face = portrait.face
    size = face.y2 - face.y1
    inside = face.x1 - 0.9 * size > 0 and face.x2 + 0.9 * size < width
    return size > 60 and face.y2 + 1.3 * size < height and face.y1 - 0.3 * size > 0 and inside


def with_second_person(
    seats: Sequence[Portrait], lenders: Sequence[Portrait], empty: Sequence[Picture], count: int, seed: int
) -> list[Composite]:
    """`count` composites of each figure; lender and candidate are never of one scene."""
    dice = np.random.default_rng(seed)
    made: list[Composite] = []
    for index in range(count):
        seat = seats[index % len(seats)]
        for figure in Figure:
            fitting = [one for one in lenders if _fits(seat, one, figure)]
            if not fitting:
                continue
            lender = fitting[int(dice.integers(len(fitting)))]
            if figure is Figure.NOTHING:
                room = empty[int(dice.integers(len(empty)))]
                cut, mask = _piece_of_room(room, lender.face)
            else:
                cut, mask = _cut_out(lender, figure)
            picture = _beside(
                seat, cut, mask, _zoom(seat, lender, figure), standing=figure is Figure.HEADLESS
            )
            made.append(Composite(seat.still.scene, figure, picture))
    return made


def _zoom(seat: Portrait, lender: Portrait, figure: Figure) -> float:
    """The lender's size beside the candidate: the same, or what it takes to fill the height."""
    same = (seat.face.y2 - seat.face.y1) / (lender.face.y2 - lender.face.y1)
    height, size = seat.picture.shape[0], lender.face.y2 - lender.face.y1
    below = min(lender.picture.shape[0], lender.face.y2 + _BODY * size) - lender.face.y2
    if figure is Figure.HEADLESS:
        return max(1.1 * same, height / below)
    return max(0.95 * same, 0.5 * height / (below + 1.7 * size))


def _fits(seat: Portrait, lender: Portrait, figure: Figure) -> bool:
    """Whether nobody has to become a giant, or stand where the candidate sits."""
    if lender.still.scene == seat.still.scene:
        return False
    zoom = _zoom(seat, lender, figure)
    shown = (lender.face.y2 - lender.face.y1) * zoom / (seat.face.y2 - seat.face.y1)
    room = max(seat.face.x1, seat.picture.shape[1] - seat.face.x2)
    return shown < 1.7 and 2.6 * (lender.face.y2 - lender.face.y1) * zoom < 1.3 * room


def _cut_out(lender: Portrait, figure: Figure) -> tuple[Picture, Mask]:
    """The person from the chin (or the hair) down, and how much each pixel is theirs (0..1)."""
    picture, face = lender.picture.copy(), lender.face
    height, width = picture.shape[:2]
    size = face.y2 - face.y1
    middle = (face.x1 + face.x2) / 2
    left, right = int(max(0, middle - 2.2 * size)), int(min(width, middle + 2.2 * size))
    top, bottom = int(max(0, face.y1 - 0.7 * size)), int(min(height, face.y2 + _BODY * size))
    part = picture[top:bottom, left:right]
    mask = _person_mask(part, face, left, top)
    chin = int(face.y2 + 0.06 * size) - top
    if figure is Figure.HEADLESS:
        return part[chin:], mask[chin:]
    _paint_hair(part, face, left, top)
    return part, mask


def _person_mask(part: Picture, face: FaceBox, left: int, top: int) -> Mask:
    """GrabCut on a quarter of the pixels, told where head and chest must be."""
    step = max(1, round(max(part.shape[:2]) / 220))
    small = np.ascontiguousarray(part[::step, ::step])
    labels = np.full(small.shape[:2], cv2.GC_PR_BGD, np.uint8)
    size = (face.y2 - face.y1) / step
    x, y = ((face.x1 + face.x2) / 2 - left) / step, ((face.y1 + face.y2) / 2 - top) / step
    chin = (face.y2 - top) / step
    bottom = small.shape[0]
    shoulders = np.array([[x - 1.5 * size, bottom], [x - 1.3 * size, chin + 0.6 * size], [x - 0.4 * size, chin],
                          [x + 0.4 * size, chin], [x + 1.3 * size, chin + 0.6 * size], [x + 1.5 * size, bottom]])  # fmt: skip
    cv2.fillPoly(labels, [shoulders.astype(np.int32)], cv2.GC_PR_FGD)
    chest = np.array([[x - 0.7 * size, bottom], [x - 0.5 * size, chin + 0.5 * size],
                      [x + 0.5 * size, chin + 0.5 * size], [x + 0.7 * size, bottom]])  # fmt: skip
    cv2.fillPoly(labels, [chest.astype(np.int32)], cv2.GC_FGD)
    cv2.ellipse(labels, (int(x), int(y)), (int(0.6 * size), int(0.85 * size)), 0, 0, 360, cv2.GC_PR_FGD, -1)
    cv2.ellipse(labels, (int(x), int(y)), (int(0.3 * size), int(0.5 * size)), 0, 0, 360, cv2.GC_FGD, -1)
    labels[:2] = labels[:, :2] = labels[:, -2:] = cv2.GC_BGD
    cv2.setRNGSeed(1)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, None, background, foreground, 3, cv2.GC_INIT_WITH_MASK)
    mask = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    mask = cv2.resize(mask, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 2.0), np.float32)


def _paint_hair(part: Picture, face: FaceBox, left: int, top: int) -> None:
    """The face as the back of a head: the hair's colour, darker to the sides, with strands."""
    size = face.y2 - face.y1
    x, y = (face.x1 + face.x2) / 2 - left, (face.y1 + face.y2) / 2 - top - 0.08 * size
    above = part[max(0, int(face.y1 - top - 0.18 * size)) : int(face.y1 - top - 0.02 * size), int(x - 0.2 * size) : int(x + 0.2 * size)]  # fmt: skip
    colour = np.percentile(above.reshape(-1, 3), 25, axis=0) if above.size else np.array([30.0, 30.0, 35.0])
    rows, columns = np.mgrid[: part.shape[0], : part.shape[1]]
    away = ((columns - x) / (0.52 * size)) ** 2 + ((rows - y) / (0.72 * size)) ** 2
    weight = np.clip((1.15 - away) / 0.3, 0, 1)[..., None]
    strands = cv2.GaussianBlur(np.random.default_rng(3).normal(size=part.shape[:2]), (0, 0), 1.0, sigmaY=6.0)
    shade = np.clip(1.1 - 0.45 * away, 0.4, 1.1)[..., None] + 0.8 * strands[..., None]
    part[:] = np.clip(part * (1 - weight) + colour * shade * weight, 0, 255).astype(np.uint8)


def _piece_of_room(room: Picture, like: FaceBox) -> tuple[Picture, Mask]:
    """Furniture instead of a person: the same kind of soft edge, no body."""
    size = int(min(4.4 * (like.y2 - like.y1), *room.shape[:2]))
    y, x = (room.shape[0] - size) // 2, (room.shape[1] - size) // 2
    piece = room[y : y + size, x : x + size]
    mask = np.zeros(piece.shape[:2], np.float32)
    edge = max(2, size // 12)
    mask[edge:, edge:-edge] = 1.0
    return piece, np.asarray(cv2.GaussianBlur(mask, (0, 0), edge / 2), np.float32)


def _beside(seat: Portrait, cut: Picture, mask: Mask, zoom: float, *, standing: bool) -> Picture:
    """Put behind the candidate on the freer side: seated at the lower edge, or standing with the head above the
    picture, from edge to edge."""
    picture = seat.picture.astype(np.float32)
    height, width = picture.shape[:2]
    face = seat.face
    new = max(2, round(cut.shape[1] * zoom)), max(2, round(cut.shape[0] * zoom))
    cut = np.asarray(cv2.resize(cut, new, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR))
    mask = np.asarray(cv2.resize(mask, new, interpolation=cv2.INTER_LINEAR))
    on_left = face.x1 > width - face.x2
    centre = 0.5 * face.x1 if on_left else (face.x2 + width) / 2
    x = round(centre - new[0] / 2)
    y = 0 if standing else max(0, height - new[1])
    x1, x2, y2 = max(0, x), min(width, x + new[0]), min(height, y + new[1])
    visible = mask[: y2 - y, x1 - x : x2 - x] * _behind(seat, height, width)[y:y2, x1:x2]
    lit = cut[: y2 - y, x1 - x : x2 - x].astype(np.float32)
    lit *= np.clip(picture.mean() / max(1.0, float(lit.mean())), 0.6, 1.6)
    picture[y:y2, x1:x2] = picture[y:y2, x1:x2] * (1 - visible[..., None]) + lit * visible[..., None]
    return np.clip(picture, 0, 255).astype(np.uint8)


def _behind(seat: Portrait, height: int, width: int) -> Mask:
    """1 where something behind the candidate is seen: not over head and shoulders."""
    face = seat.face
    size = face.y2 - face.y1
    x = (face.x1 + face.x2) / 2
    own = np.zeros((height, width), np.float32)
    cv2.ellipse(
        own, (int(x), int((face.y1 + face.y2) / 2)), (int(0.6 * size), int(0.8 * size)), 0, 0, 360, 1.0, -1
    )
    shoulders = np.array([[x - 1.2 * size, height], [x - 1.0 * size, face.y2 + 0.6 * size],
                          [x + 1.0 * size, face.y2 + 0.6 * size], [x + 1.2 * size, height]])  # fmt: skip
    cv2.fillPoly(own, [shoulders.astype(np.int32)], 1.0)
    return np.asarray(1.0 - cv2.GaussianBlur(own, (0, 0), 3.0), np.float32)
