"""Where the eyes look, from the iris model's contour of the eye and of the iris."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

# The first 16 of the 71 contour points go round the lids.
_LID_POINTS = 16


@dataclass(frozen=True, slots=True)
class EyeGaze:
    """horizontal: iris centre between the corners, 0 image-left to 1 image-right.

    vertical: iris centre above the line of the corners, in eye widths; open: lid gap / eye width;
    width_px: between the corners, in pixels of the cut.
    """

    horizontal: float
    vertical: float
    open: float
    width_px: float


def eye_gaze(contour: Floats, iris: Floats) -> EyeGaze | None:
    """contour: (71, 3), iris: (5, 3), centre first, in pixels of an eye's cut whose x axis goes along the eye
    and is not mirrored. None when the contour has no width."""
    lids = np.asarray(contour[:_LID_POINTS, :2], np.float64)
    left, right = lids[lids[:, 0].argmin()], lids[lids[:, 0].argmax()]
    along = right - left
    width = float(np.hypot(along[0], along[1]))
    if not width > 0:
        return None
    unit = along / width
    up = np.array([unit[1], -unit[0]])
    centre = np.asarray(iris[0, :2], np.float64)
    heights = (lids - left) @ up
    gaze = EyeGaze(
        horizontal=float((centre - left) @ unit) / width,
        vertical=float((centre - (left + right) / 2) @ up) / width,
        open=float(heights.max() - heights.min()) / width,
        width_px=width,
    )
    return gaze if all(map(math.isfinite, (gaze.horizontal, gaze.vertical, gaze.open))) else None


def mirrored(points: Floats, side: int) -> Floats:
    """Points of a cut that was mirrored before the model saw it, back in the cut as it was."""
    turned = points.copy()
    turned[:, 0] = side - points[:, 0]
    return turned
