"""Letterboxing, box decoding and non-maximum suppression."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from examhall.vision.decode import Picture, scale_to

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Letterbox:
    """`picture`: (height, width, 3) BGR uint8, the source top left, black beside; source = px / scale."""

    picture: Picture
    scale: float


def input_size(source_width: int, source_height: int, width: int, height: int) -> tuple[int, int]:
    """A model input (width, height) of at most width x height pixels that shows the source largest.

    Sides are multiples of 32. A wide or upright picture thus costs no more than a 4:3 one and loses no
    resolution to black bars.
    """
    side, best, best_scale = 32, (width, height), min(width / source_width, height / source_height)
    for columns in range(side, width * height // side + 1, side):
        rows = width * height // columns // side * side
        scale = min(columns / source_width, rows / source_height)
        if scale > best_scale * (1 + 1e-9):
            best, best_scale = (columns, rows), scale
    return best


def letterbox(picture: Picture, width: int, height: int) -> Letterbox:
    """Fit into width x height without stretching, enlarging small pictures."""
    source_height, source_width = picture.shape[:2]
    scale = min(width / source_width, height / source_height)
    inner_width = min(width, max(1, round(source_width * scale)))
    inner_height = min(height, max(1, round(source_height * scale)))
    if (inner_width, inner_height) != (source_width, source_height):
        picture = scale_to(picture, inner_width, inner_height)
    if (inner_width, inner_height) == (width, height):
        return Letterbox(picture, scale)
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[:inner_height, :inner_width] = picture
    return Letterbox(canvas, scale)


def suppress(boxes_xyxy: Floats, scores: Floats, max_overlap: float) -> list[int]:
    """Greedy non-maximum suppression.

    boxes_xyxy: (n, 4), scores: (n,). Returns the indices that stay, best score first; a box goes
    when its intersection over union with a better one exceeds `max_overlap` (0..1).
    """
    order = np.argsort(-scores, kind="stable")
    x1, y1, x2, y2 = boxes_xyxy.T
    areas = (x2 - x1) * (y2 - y1)
    kept: list[int] = []
    while order.size:
        best, rest = int(order[0]), order[1:]
        kept.append(best)
        overlap_width = np.minimum(x2[best], x2[rest]) - np.maximum(x1[best], x1[rest])
        overlap_height = np.minimum(y2[best], y2[rest]) - np.maximum(y1[best], y1[rest])
        shared = np.maximum(overlap_width, 0) * np.maximum(overlap_height, 0)
        union = areas[best] + areas[rest] - shared
        order = rest[shared <= max_overlap * union]
    return kept
