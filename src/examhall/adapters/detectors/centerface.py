"""CenterFace (Xu et al. 2020), a small anchor-free face detector, on onnxruntime.

The model file is made by `examhall models build` and takes the letterboxed picture as it is: (height,
width, 3) uint8 BGR, sides multiples of 32. Outputs have stride 4: `heatmap` (1, 1, h, w) scores,
`size` (1, 2, h, w) log of box height and width, `offset` (1, 2, h, w) of the centre, y and x, and
`points` (1, 10, h, w), y and x of five landmarks from the box's top left, in box heights and widths.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnxruntime

from examhall.domain.observation import FaceBox
from examhall.vision.boxes import Floats, letterbox, suppress
from examhall.vision.decode import Picture

_STRIDE = 4
_MAX_OVERLAP = 0.3
# Far above any classroom; keeps a hostile heat map from costing seconds in the suppression.
_MAX_CANDIDATES = 300
_OUTPUTS = ["heatmap", "size", "offset", "points"]


@dataclass(frozen=True, slots=True)
class FoundFace:
    """`points`: (5, 2) float64 x, y in pixels of the picture: the eye, image-left first on an upright face,
    the other eye, nose, and the corners of the mouth. Unlike the box they may lie outside the picture."""

    box: FaceBox
    points: npt.NDArray[np.float64]

    def scaled(self, x: float, y: float) -> "FoundFace":
        """The same face in a picture that is x and y times as large."""
        box = self.box
        edges = round(box.x1 * x, 1), round(box.y1 * y, 1), round(box.x2 * x, 1), round(box.y2 * y, 1)
        return FoundFace(FaceBox(*edges, box.score), self.points * (x, y))


class CenterFace:
    """Faces of a picture at any input size; one session serves both scans."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    def run(self, picture: Picture) -> tuple[Floats, Floats, Floats, Floats]:
        """The raw heat map, sizes, offsets and points of a letterboxed picture, without the batch axis."""
        heatmap, size, offset, points = self._session.run(_OUTPUTS, {"image": picture})
        return heatmap[0, 0], size[0], offset[0], points[0]

    def find(self, picture: Picture, width: int, height: int, min_score: float) -> tuple[FoundFace, ...]:
        """Faces scoring above `min_score`, best first, boxes in pixels of `picture`, clipped to it.

        width, height: the model's input, multiples of 32.
        """
        boxed = letterbox(picture, width, height)
        heatmap, size, offset, points = self.run(boxed.picture)
        rows, columns = np.nonzero(heatmap > min_score)
        if not rows.size:
            return ()
        scores = heatmap[rows, columns]
        if rows.size > _MAX_CANDIDATES:
            best = np.argsort(-scores)[:_MAX_CANDIDATES]
            rows, columns, scores = rows[best], columns[best], scores[best]
        box_height, box_width = np.exp(size[:, rows, columns]) * _STRIDE
        centre_y = (rows + offset[0, rows, columns] + 0.5) * _STRIDE
        centre_x = (columns + offset[1, rows, columns] + 0.5) * _STRIDE
        left, top = centre_x - box_width / 2, centre_y - box_height / 2
        boxes = np.stack([left, top, left + box_width, top + box_height], axis=1).astype(np.float32)
        kept = suppress(boxes, scores, _MAX_OVERLAP)
        source_height, source_width = picture.shape[:2]
        limit = np.array([source_width, source_height, source_width, source_height], np.float32)
        scaled = np.clip(boxes[kept] / boxed.scale, 0, limit).astype(np.float64).round(1).tolist()
        marks_y = points[0::2, rows, columns] * box_height + top
        marks_x = points[1::2, rows, columns] * box_width + left
        marks = np.stack([marks_x, marks_y], axis=2).transpose(1, 0, 2)[kept] / boxed.scale
        return tuple(
            FoundFace(FaceBox(x1, y1, x2, y2, score=round(float(score), 4)), np.asarray(mark, np.float64))
            for (x1, y1, x2, y2), score, mark in zip(scaled, scores[kept], marks, strict=True)
        )
