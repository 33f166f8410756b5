"""Phones, books, laptops and persons: NanoDet and SSDLite on the same frame.

Model files as `examhall models build` makes them, both with the picture stretched to their size, uint8 BGR.
nanodet: `image` (320, 320, 3); `scores` (n, 80) by COCO's 80 labels, `boxes` (n, 4) xyxy in pixels of the
input. ssdlite: `image` (300, 300, 3); `scores` (n, 91) by COCO's 91 ids, `boxes` (n, 4) xyxy in 0..1.
"""

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from examhall.application.ports.vision import ObjectFacts
from examhall.domain.observation import ObjectLabel, SeenObject
from examhall.vision.decode import Picture
from examhall.vision.object_fusion import mean_of_two, strongest

Floats = npt.NDArray[np.float32]
Found = tuple[Floats, Floats]

NANODET_SIDE = 320
SSDLITE_SIDE = 300
_MIN_SCORE = 0.1
# A phone that only one model sees may still have a mean of 0.1.
_MIN_RAW_SCORE = 0.05
_MAX_OBJECTS = 40
_NANODET_PHONE, _NANODET_BOOK = 67, 73
_SSDLITE_PERSON, _SSDLITE_LAPTOP, _SSDLITE_PHONE = 1, 73, 77

LOOKED_FOR = tuple(ObjectLabel)


class Objects:
    """Each label from the model that was better at it; the phone from both."""

    def __init__(self, nanodet: onnxruntime.InferenceSession, ssdlite: onnxruntime.InferenceSession) -> None:
        self._nanodet = nanodet
        self._ssdlite = ssdlite

    def look(self, picture: Picture, width: int, height: int) -> ObjectFacts:
        """picture: BGR uint8, of any size; boxes are given in a picture of width x height pixels."""
        size = np.array([width, height] * 2, np.float32)
        small_scores, small_boxes = self._run(self._nanodet, picture, NANODET_SIDE)
        small_boxes = small_boxes * np.float32(1 / NANODET_SIDE)
        ssd_scores, ssd_boxes = self._run(self._ssdlite, picture, SSDLITE_SIDE)
        phones = mean_of_two(
            strongest(small_boxes, small_scores[:, _NANODET_PHONE], _MIN_RAW_SCORE),
            strongest(ssd_boxes, ssd_scores[:, _SSDLITE_PHONE], _MIN_RAW_SCORE),
            _MIN_SCORE,
        )
        found = {
            ObjectLabel.PHONE: phones,
            ObjectLabel.BOOK: strongest(small_boxes, small_scores[:, _NANODET_BOOK], _MIN_SCORE),
            ObjectLabel.LAPTOP: strongest(ssd_boxes, ssd_scores[:, _SSDLITE_LAPTOP], _MIN_SCORE),
            ObjectLabel.PERSON: strongest(ssd_boxes, ssd_scores[:, _SSDLITE_PERSON], _MIN_SCORE),
        }
        objects = [thing for label, these in found.items() for thing in _named(label, these, size)]
        objects.sort(key=lambda thing: -thing.score)
        return ObjectFacts(LOOKED_FOR, tuple(objects[:_MAX_OBJECTS]))

    @staticmethod
    def _run(session: onnxruntime.InferenceSession, picture: Picture, side: int) -> Found:
        shrinks = picture.shape[0] >= side and picture.shape[1] >= side
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        stretched = cv2.resize(picture, (side, side), interpolation=method)
        scores, boxes = session.run(["scores", "boxes"], {"image": stretched})
        return scores, boxes


def _named(label: ObjectLabel, found: Found, size: Floats) -> list[SeenObject]:
    boxes = np.nan_to_num(np.clip(found[0], 0.0, 1.0)) * size
    return [
        SeenObject(label, round(score, 4), *(round(edge, 1) for edge in box))
        for box, score in zip(boxes.astype(float).tolist(), found[1].astype(float).tolist(), strict=True)
    ]
