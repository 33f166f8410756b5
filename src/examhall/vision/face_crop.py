"""Turned squares around faces and eyes: cut them out, and carry points back to the picture.

A square is upright in the face's own frame: `angle_rad` is how far the face is turned clockwise in the
image. Points are (x, y) in pixels of the picture they were found in.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from examhall.vision.decode import Picture

Points = npt.NDArray[np.float64]

MESH_SIDE = 192
EYE_SIDE = 64
CHIP_SIDE = 150

# MediaPipe's face mesh asks for 1.5 times the face, its iris model for 2.3 times the eye.
_FACE_MARGIN = 1.5
_EYE_MARGIN = 2.3
# Mean places of an eye's corners and the nose's base in a unit square, from dlib's five-point face chip:
# the image-right eye's outer and inner corner, the image-left eye's, the nose. Padding as dlib's default.
_CHIP_SHAPE = np.array(
    [
        [0.8595674595992, 0.2134981538014],
        [0.6460604764104, 0.2289674387677],
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.4901123135679, 0.6277975316475],
    ]
)
_CHIP_PADDING = 0.25
# Bounds the memory of a cut, whatever points a model makes up.
_MAX_SHRINK = 8
_CHIP_POINTS = CHIP_SIDE * (_CHIP_SHAPE + _CHIP_PADDING) / (1.0 + 2.0 * _CHIP_PADDING)


@dataclass(frozen=True, slots=True)
class Square:
    """Centre and side in pixels of the picture."""

    centre_x: float
    centre_y: float
    side: float
    angle_rad: float


@dataclass(frozen=True, slots=True)
class Cut:
    """`picture`: (side, side, 3) BGR uint8, black outside the source; `back`: (2, 3), cut to source."""

    picture: Picture
    back: Points

    def to_source(self, points: npt.NDArray[np.floating]) -> Points:
        """points: (n, 2) pixels of the cut."""
        return np.asarray(points[:, :2] @ self.back[:, :2].T + self.back[:, 2], np.float64)


def face_square(x1: float, y1: float, x2: float, y2: float, left_eye: Points, right_eye: Points) -> Square:
    """The square for the mesh; left and right as in the image, (2,) each."""
    across = right_eye - left_eye
    side = _FACE_MARGIN * max(x2 - x1, y2 - y1)
    return Square((x1 + x2) / 2, (y1 + y2) / 2, side, math.atan2(across[1], across[0]))


def eye_square(corner: Points, other: Points) -> Square:
    """The square for the iris model; `corner` is the image-left one."""
    across = other - corner
    centre = (corner + other) / 2
    side = _EYE_MARGIN * float(np.hypot(across[0], across[1]))
    return Square(float(centre[0]), float(centre[1]), side, math.atan2(across[1], across[0]))


def cut_square(picture: Picture, square: Square, side: int) -> Cut:
    """The square as side x side pixels. A square with no area gives a black picture."""
    scale = max(square.side, 1.0) / side
    cos, sin = math.cos(square.angle_rad) * scale, math.sin(square.angle_rad) * scale
    half = side / 2
    back = np.array(
        [
            [cos, -sin, square.centre_x - (cos - sin) * half],
            [sin, cos, square.centre_y - (sin + cos) * half],
        ]
    )
    return Cut(_warp(picture, back, side), back)


def cut_chip(picture: Picture, points: Points) -> Cut:
    """The 150 x 150 face for the identity model, as dlib's `get_face_chip` aligns it.

    points: (5, 2), the image-right eye's outer and inner corner, the image-left eye's, the nose's base.
    """
    back = _similarity(_CHIP_POINTS, points)
    return Cut(_warp(picture, back, CHIP_SIDE), back)


def _similarity(source: Points, target: Points) -> Points:
    """The turn, scale and shift that takes `source` nearest to `target` in least squares (Umeyama 1991);
    in two dimensions without mirroring it has this closed form."""
    from_centre, to_centre = source.mean(axis=0), target.mean(axis=0)
    here, there = source - from_centre, target - to_centre
    spread = float((here**2).sum())
    a = float((here * there).sum()) / spread
    b = float((here[:, 0] * there[:, 1] - here[:, 1] * there[:, 0]).sum()) / spread
    turn = np.array([[a, -b], [b, a]])
    return np.column_stack([turn, to_centre - turn @ from_centre])


def _warp(picture: Picture, back: Points, side: int) -> Picture:
    """Sample `picture` at `back`; what is shrunk a lot is averaged first, so that nothing flickers."""
    if not np.isfinite(back).all():
        return np.zeros((side, side, 3), np.uint8)
    shrink = min(_MAX_SHRINK, math.floor(math.hypot(back[0, 0], back[1, 0])))
    if shrink < 2:
        cut = cv2.warpAffine(picture, back, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return np.asarray(cut, np.uint8)
    large = cv2.warpAffine(
        picture,
        back @ np.diag([1 / shrink, 1 / shrink, 1.0]),
        (side * shrink, side * shrink),
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
    )
    return np.asarray(cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
