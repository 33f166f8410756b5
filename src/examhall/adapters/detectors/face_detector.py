"""The face detector that a model folder names."""

from collections.abc import Callable, Mapping
from typing import Protocol

import onnxruntime

from examhall.adapters.detectors.centerface import CenterFace, FoundFace
from examhall.adapters.detectors.model_registry import ModelRegistry
from examhall.adapters.detectors.model_signature import open_model
from examhall.adapters.detectors.yunet import YuNet
from examhall.vision.decode import Picture


class FaceDetector(Protocol):
    """Finds faces in a picture (BGR uint8), which the model sees in width x height, multiples of 32."""

    def find(self, picture: Picture, width: int, height: int, min_score: float) -> tuple[FoundFace, ...]:
        """Best first; boxes in pixels of `picture`, clipped to it, scores 0..1 above `min_score`."""


_DETECTORS: Mapping[str, Callable[[onnxruntime.InferenceSession], FaceDetector]] = {
    "centerface": CenterFace,
    "yunet": YuNet,
}


def open_face_detector(registry: ModelRegistry) -> FaceDetector:
    """The model of the task `faces`, read by its decoder.

    Raises ExamhallError `model_missing`, `model_altered` or `model_does_not_fit`.
    """
    model = registry.model_for("faces")
    return _DETECTORS[model.decoder](open_model(model))
