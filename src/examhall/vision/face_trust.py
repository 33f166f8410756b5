"""Whether numbers about a face can be trusted. A doubt makes them unknown; it is never a finding.

The thresholds were chosen on labelled webcam pictures and clips, see docs/accuracy.md.
"""

from dataclasses import dataclass

import cv2

from examhall.domain.observation import Doubt
from examhall.vision.decode import Picture

MESH_SCORE = 0.5  # below it the mesh itself says that this is no face
# Faces in pixels of the picture that was searched; both sides of the box.
SMALL_FACE_PX = 24.0
SMALL_FACE_FOR_IDENTITY_PX = 70.0
SMALL_EYE_PX = 7.0
DARK_LUMA = 18.0
BLURRED_FOR_HEAD = 4.0
BLURRED_FOR_GAZE = 15.0
BLURRED_FOR_IDENTITY = 25.0
PROFILE_FOR_GAZE_DEG = 38.0
PROFILE_FOR_MOUTH_DEG = 50.0
YAW_FOR_IDENTITY_DEG = 35.0
PITCH_FOR_IDENTITY_DEG = 30.0
SHUT_EYES = 0.18
GLARE_SHARE = 0.06
EDGE_PX = 2.0

# The middle of the mesh's cut is the face without hair and background.
_FACE_SHARE = 0.6
_USUAL_CONTRAST = 45.0
_LEAST_CONTRAST = 8.0
_SATURATED = 250


@dataclass(frozen=True, slots=True)
class FaceLook:
    """How well one face can be seen.

    mesh_score: 0..1; size_px: shorter side of the box; cut_off: it touches the picture's edge; sharpness: see
    `face_light`; luma: 0..255; yaw_deg and pitch_deg as in `HeadObserved`.
    """

    mesh_score: float
    size_px: float
    cut_off: bool
    sharpness: float
    luma: float
    yaw_deg: float
    pitch_deg: float


@dataclass(frozen=True, slots=True)
class EyeLook:
    """How well the worse of two eyes can be seen. width_px: in the picture; glare: share of it that is white."""

    width_px: float
    open: float
    glare: float


def face_light(cut: Picture) -> tuple[float, float]:
    """Mean brightness (0..255) and sharpness of the middle of a face's square cut, BGR uint8.

    Sharpness is the variance of the Laplacian as if the face had the usual contrast: without that, dim
    light or dark skin would pass for blur.
    """
    side = cut.shape[0]
    margin = round(side * (1 - _FACE_SHARE) / 2)
    grey = cv2.cvtColor(cut[margin : side - margin, margin : side - margin], cv2.COLOR_BGR2GRAY)
    mean, deviation = cv2.meanStdDev(grey)
    _, edges = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))
    contrast = max(_LEAST_CONTRAST, float(deviation[0, 0]))
    return float(mean[0, 0]), (float(edges[0, 0]) * _USUAL_CONTRAST / contrast) ** 2


def glare_share(cut: Picture) -> float:
    """Share of white pixels in the middle of an eye's square cut, BGR uint8: glasses that mirror a screen."""
    side = cut.shape[0]
    middle = cut[side // 3 : side - side // 3, side // 5 : side - side // 5]
    return float((middle.min(axis=2) >= _SATURATED).mean())


def doubt_head(look: FaceLook) -> Doubt | None:
    """Why the pose cannot be trusted."""
    if look.mesh_score < MESH_SCORE:
        return Doubt.NO_MESH
    if look.size_px < SMALL_FACE_PX:
        return Doubt.SMALL
    if look.luma < DARK_LUMA:
        return Doubt.DARK
    return Doubt.BLURRED if look.sharpness < BLURRED_FOR_HEAD else None


def doubt_gaze(look: FaceLook, eyes: EyeLook | None) -> Doubt | None:
    """Why the eyes cannot be trusted, for a head that can be; `eyes` None: they have no shape."""
    if abs(look.yaw_deg) > PROFILE_FOR_GAZE_DEG:
        return Doubt.PROFILE
    if look.cut_off:
        return Doubt.EDGE
    if eyes is None or eyes.width_px < SMALL_EYE_PX:
        return Doubt.SMALL
    if look.sharpness < BLURRED_FOR_GAZE:
        return Doubt.BLURRED
    if eyes.open < SHUT_EYES:
        return Doubt.EYES_CLOSED
    return Doubt.GLARE if eyes.glare > GLARE_SHARE else None


def doubt_identity(look: FaceLook) -> Doubt | None:
    """Why an embedding would say little of who this is."""
    if look.mesh_score < MESH_SCORE:
        return Doubt.NO_MESH
    if look.size_px < SMALL_FACE_FOR_IDENTITY_PX:
        return Doubt.SMALL
    if abs(look.yaw_deg) > YAW_FOR_IDENTITY_DEG or abs(look.pitch_deg) > PITCH_FOR_IDENTITY_DEG:
        return Doubt.PROFILE
    if look.cut_off:
        return Doubt.EDGE
    if look.luma < DARK_LUMA:
        return Doubt.DARK
    return Doubt.BLURRED if look.sharpness < BLURRED_FOR_IDENTITY else None
