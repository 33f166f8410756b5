"""dlib's face embedding, rebuilt as ONNX: 128 numbers that are near each other for one person.

Model file as `examhall models build` makes it: `image` (150, 150, 3) uint8 BGR; `embedding` (128,).
"""

import numpy as np
import onnxruntime

from examhall.adapters.detectors.landmarks import SeenFace
from examhall.application.ports.vision import IdentityFacts
from examhall.domain.observation import Doubt
from examhall.vision.decode import Picture
from examhall.vision.face_crop import CHIP_SIDE, cut_chip
from examhall.vision.face_trust import doubt_identity

# The mesh points that lie where dlib's five-point model puts its own, in its order.
_CHIP_POINTS = [263, 362, 33, 133, 2]


class Identity:
    """Embeds faces that are seen well enough."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    def warm_up(self) -> None:
        self._session.run(["embedding"], {"image": np.zeros((CHIP_SIDE, CHIP_SIDE, 3), np.uint8)})

    def embed(self, picture: Picture, seen: SeenFace) -> IdentityFacts:
        """picture: BGR uint8, the one that `seen` was seen in."""
        doubt = doubt_identity(seen.look, seen.eyes)
        if doubt is not None:
            return IdentityFacts(seen.facts.face, None, doubt)
        chip = cut_chip(picture, seen.mesh[_CHIP_POINTS]).picture
        (embedding,) = self._session.run(["embedding"], {"image": chip})
        if not np.isfinite(embedding).all():
            return IdentityFacts(seen.facts.face, None, Doubt.NO_MESH)
        return IdentityFacts(seen.facts.face, tuple(round(float(number), 6) for number in embedding), None)
