"""The two ways to search a picture for faces, at the sizes that its shape deserves."""

import numpy as np

from examhall.adapters.detectors.centerface import FoundFace
from examhall.adapters.detectors.face_detector import FaceDetector
from examhall.domain.policy import ScanPlan
from examhall.vision.boxes import input_size, suppress
from examhall.vision.decode import Picture

# Intersection over union above which the two sizes of a fine scan mean one face.
SAME_FACE_OVERLAP = 0.3


def coarse_size(width: int, height: int, plan: ScanPlan) -> tuple[int, int]:
    """The model input (width, height) of a coarse scan for a picture of width x height pixels."""
    return input_size(width, height, plan.coarse_width, plan.coarse_height)


def coarse_faces(
    detector: FaceDetector, small: Picture, width: int, height: int, plan: ScanPlan
) -> tuple[FoundFace, ...]:
    """Faces of a picture of width x height pixels, of which `small` is a copy that fits `coarse_size`.

    Best score first, boxes and points in pixels of the large picture.
    """
    found = detector.find(small, *coarse_size(width, height, plan), plan.coarse_score)
    scale = width / small.shape[1], height / small.shape[0]
    return tuple(face.scaled(*scale) for face in found)


def fine_faces(
    detector: FaceDetector, small: Picture, full: Picture, plan: ScanPlan
) -> tuple[FoundFace, ...]:
    """Both sizes together, each face once: the large one alone misses faces that fill the picture.

    full: the whole picture, small: its copy that fits `coarse_size`. Best score first.
    """
    height, width = full.shape[:2]
    size = input_size(width, height, plan.fine_width, plan.fine_height)
    fine = detector.find(full, *size, plan.fine_score)
    coarse = coarse_faces(detector, small, width, height, plan)
    both = (*fine, *coarse)
    if not fine or not coarse:
        return both
    boxes = np.array([(face.box.x1, face.box.y1, face.box.x2, face.box.y2) for face in both], np.float32)
    # By rank, not by score: of two boxes for one face the finer stays, and the two scales differ.
    ranks = np.arange(len(both), 0, -1, dtype=np.float32)
    kept = [both[index] for index in suppress(boxes, ranks, SAME_FACE_OVERLAP)]
    return tuple(sorted(kept, key=lambda face: -face.box.score))
