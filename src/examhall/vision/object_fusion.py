"""Two detectors' boxes to one list of objects."""

import numpy as np
import numpy.typing as npt

from examhall.vision.boxes import suppress

Floats = npt.NDArray[np.float32]

_MAX_OVERLAP = 0.5
# One model's box counts for the other's object from this intersection over union on.
_SAME_OBJECT = 0.3
# Far above any desk; keeps hostile scores from costing seconds in the suppression.
_MAX_CANDIDATES = 200


def strongest(boxes_xyxy: Floats, scores: Floats, min_score: float) -> tuple[Floats, Floats]:
    """Suppress what overlaps a better box. boxes_xyxy: (n, 4), scores: (n,); returns both, best first."""
    kept = np.flatnonzero(scores >= min_score)
    if kept.size > _MAX_CANDIDATES:
        kept = kept[np.argsort(-scores[kept])[:_MAX_CANDIDATES]]
    boxes, scores = boxes_xyxy[kept], scores[kept]
    best = suppress(boxes, scores, _MAX_OVERLAP)
    return boxes[best], scores[best]


def mean_of_two(
    one: tuple[Floats, Floats], other: tuple[Floats, Floats], min_score: float
) -> tuple[Floats, Floats]:
    """Boxes of both models with the mean of their scores; where one sees nothing it counts as zero.

    Each is (boxes (n, 4), scores (n,)) as `strongest` gives them, and so is the answer.
    """
    boxes = np.concatenate([one[0], other[0]])
    if not len(boxes):
        return boxes, np.zeros(0, np.float32)
    from_one = best_overlapping(boxes, *one)
    from_other = best_overlapping(boxes, *other)
    return strongest(boxes, (from_one + from_other) * np.float32(0.5), min_score)


def best_overlapping(boxes_xyxy: Floats, others_xyxy: Floats, scores: Floats) -> Floats:
    """For each box the best score among the others that overlap it, 0 without one; (n,)."""
    if not len(others_xyxy) or not len(boxes_xyxy):
        return np.zeros(len(boxes_xyxy), np.float32)
    low = np.maximum(boxes_xyxy[:, None, :2], others_xyxy[None, :, :2])
    high = np.minimum(boxes_xyxy[:, None, 2:], others_xyxy[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    union = _areas(boxes_xyxy)[:, None] + _areas(others_xyxy)[None, :] - shared
    same = shared >= _SAME_OBJECT * np.maximum(union, 1e-9)
    return np.asarray(np.where(same, scores[None, :], 0.0).max(axis=1), np.float32)


def _areas(boxes_xyxy: Floats) -> Floats:
    sides = np.maximum(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1], np.float32)
