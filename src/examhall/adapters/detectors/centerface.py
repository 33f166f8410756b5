"""CenterFace (Xu et al. 2020), a small anchor-free face detector, on onnxruntime.

The model file is made by `examhall models build` and takes the letterboxed picture as it is: (height,
width, 3) uint8 BGR, sides multiples of 32. Outputs have stride 4: `heatmap` (1, 1, h, w) scores,
`size` (1, 2, h, w) log of box height and width, `offset` (1, 2, h, w) of the centre, y and x, and
`points` (1, 10, h, w), five landmarks that nothing uses yet.
"""

from pathlib import Path

import numpy as np
import onnxruntime

from examhall.domain.observation import FaceBox
from examhall.vision.boxes import Floats, letterbox, suppress
from examhall.vision.decode import Picture

_STRIDE = 4
_MAX_OVERLAP = 0.3
# Far above any classroom; keeps a hostile heat map from costing seconds in the suppression.
_MAX_CANDIDATES = 300
_OUTPUTS = ["heatmap", "size", "offset"]


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """One thread per session: the workers are the parallelism."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class CenterFace:
    """Faces of a picture at any input size; one session serves both scans."""

    def __init__(self, path: Path) -> None:
        self._session = open_session(path)

    def run(self, picture: Picture) -> tuple[Floats, Floats, Floats]:
        """The raw heat map, sizes and offsets of a letterboxed picture, without the batch axis."""
        heatmap, size, offset = self._session.run(_OUTPUTS, {"image": picture})
        return heatmap[0, 0], size[0], offset[0]

    def find(self, picture: Picture, width: int, height: int, min_score: float) -> tuple[FaceBox, ...]:
        """Faces scoring above `min_score`, best first, boxes in pixels of `picture`, clipped to it.

        width, height: the model's input, multiples of 32.
        """
        boxed = letterbox(picture, width, height)
        heatmap, size, offset = self.run(boxed.picture)
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
        return tuple(
            FaceBox(x1, y1, x2, y2, score=round(float(score), 4))
            for (x1, y1, x2, y2), score in zip(scaled, scores[kept], strict=True)
        )
