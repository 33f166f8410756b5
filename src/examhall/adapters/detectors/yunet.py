"""YuNet (Wu et al. 2023), the face detector of OpenCV's model zoo, on onnxruntime.

Not built by us: a site can put it in CenterFace's place. The layout is that of
`face_detection_yunet_2023mar.onnx`: `input` (1, 3, height, width) float BGR 0..255, and per stride 8, 16
and 32 `cls` and `obj` (1, n, 1) scores, `bbox` (1, n, 4) centre in cells from the cell's own corner and
log of width and height in cells, `kps` (1, n, 10) five points in cells; cells row by row.
"""

import numpy as np
import onnxruntime

from examhall.adapters.detectors.centerface import FoundFace
from examhall.domain.observation import FaceBox
from examhall.vision.boxes import Floats, letterbox, suppress
from examhall.vision.decode import Picture

_STRIDES = (8, 16, 32)
_MAX_OVERLAP = 0.3
# Far above any classroom, as for CenterFace.
_MAX_CANDIDATES = 300
_NAMES = [f"{kind}_{stride}" for stride in _STRIDES for kind in ("cls", "obj", "bbox", "kps")]


class YuNet:
    """Faces of a picture, read as CenterFace's are."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        # The zoo's file is for one size only; others take any.
        height, width = session.get_inputs()[0].shape[2:]
        self._fixed = (width, height) if isinstance(width, int) and isinstance(height, int) else None

    def find(self, picture: Picture, width: int, height: int, min_score: float) -> tuple[FoundFace, ...]:
        """As `CenterFace.find`; width and height do not matter to a model of one size."""
        boxed = letterbox(picture, *(self._fixed or (width, height)))
        planes = boxed.picture.transpose(2, 0, 1)[None].astype(np.float32)
        outputs = dict(zip(_NAMES, self._session.run(_NAMES, {"input": planes}), strict=True))
        columns = boxed.picture.shape[1]
        boxes, points, scores = (
            np.concatenate(parts)
            for parts in zip(
                *(_decode(outputs, stride, columns // stride) for stride in _STRIDES), strict=True
            )
        )
        likely = np.flatnonzero(scores > min_score)
        likely = likely[np.argsort(-scores[likely])][:_MAX_CANDIDATES]
        if not likely.size:
            return ()
        boxes, points, scores = boxes[likely], points[likely], scores[likely]
        kept = suppress(boxes, scores, _MAX_OVERLAP)
        limit = np.array([*picture.shape[1::-1]] * 2, np.float32)
        scaled = np.clip(boxes[kept] / boxed.scale, 0, limit).astype(np.float64).round(1).tolist()
        return tuple(
            FoundFace(
                FaceBox(x1, y1, x2, y2, score=round(float(scores[index]), 4)),
                (points[index] / boxed.scale).astype(np.float64),
            )
            for (x1, y1, x2, y2), index in zip(scaled, kept, strict=True)
        )


def _decode(outputs: dict[str, Floats], stride: int, columns: int) -> tuple[Floats, Floats, Floats]:
    """Boxes (n, 4) and points (n, 5, 2) in pixels of the input, scores (n,)."""
    box, point = outputs[f"bbox_{stride}"][0], outputs[f"kps_{stride}"][0].reshape(-1, 5, 2)
    rows, places = np.divmod(np.arange(len(box)), columns)
    corner = np.stack([places, rows], axis=1).astype(np.float32)
    centre = (corner + box[:, :2]) * stride
    half = np.exp(box[:, 2:]) * stride / 2
    certain, present = (np.clip(outputs[f"{kind}_{stride}"][0, :, 0], 0, 1) for kind in ("cls", "obj"))
    return (
        np.concatenate([centre - half, centre + half], axis=1),
        (point + corner[:, None]) * stride,
        np.sqrt(certain * present),
    )
