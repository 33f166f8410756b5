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
EYE_CONTRAST = 0.07
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
    """How well two eyes can be seen, the worse of the two but for `open`. width_px: in the picture; open: mean
    lid gap / eye width; glare, contrast: see `eye_light`."""

    width_px: float
    open: float
    glare: float
    contrast: float


_NO_EYES = EyeLook(width_px=0.0, open=0.0, glare=0.0, contrast=0.0)


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


def eye_light(cut: Picture) -> tuple[float, float]:
    """Glare and contrast of the middle of an eye's square cut, BGR uint8.

    Glare is the share of white pixels, as on glasses that mirror a screen. Contrast is the standard deviation of
    brightness over its mean: an eye behind dark glasses, a hand or mist has next to none, whatever the light.
    """
    side = cut.shape[0]
    middle = cut[side // 3 : side - side // 3, side // 5 : side - side // 5]
    mean, deviation = cv2.meanStdDev(cv2.cvtColor(middle, cv2.COLOR_BGR2GRAY))
    glare = float((middle.min(axis=2) >= _SATURATED).mean())
    return glare, float(deviation[0, 0]) / max(1.0, float(mean[0, 0]))


def doubt_head(look: FaceLook) -> Doubt | None:
    """Why the pose cannot be trusted."""
    return _first(
        (look.mesh_score < MESH_SCORE, Doubt.NO_MESH),
        (look.size_px < SMALL_FACE_PX, Doubt.SMALL),
        (look.luma < DARK_LUMA, Doubt.DARK),
        (look.sharpness < BLURRED_FOR_HEAD, Doubt.BLURRED),
    )


def doubt_gaze(look: FaceLook, eyes: EyeLook | None) -> Doubt | None:
    """Why the eyes cannot be trusted, for a head that can be; `eyes` None: they have no shape."""
    eyes = eyes or _NO_EYES
    return _first(
        (abs(look.yaw_deg) > PROFILE_FOR_GAZE_DEG, Doubt.PROFILE),
        (look.cut_off, Doubt.EDGE),
        (eyes.width_px < SMALL_EYE_PX, Doubt.SMALL),
        (look.sharpness < BLURRED_FOR_GAZE, Doubt.BLURRED),
        (eyes.contrast < EYE_CONTRAST, Doubt.DARK),
        (eyes.open < SHUT_EYES, Doubt.EYES_CLOSED),
        (eyes.glare > GLARE_SHARE, Doubt.GLARE),
    )


def doubt_identity(look: FaceLook, eyes: EyeLook | None) -> Doubt | None:
    """Why an embedding would say little of who this is; `eyes` None: they were not found."""
    eyes = eyes or _NO_EYES
    turned = abs(look.yaw_deg) > YAW_FOR_IDENTITY_DEG or abs(look.pitch_deg) > PITCH_FOR_IDENTITY_DEG
    return _first(
        (look.mesh_score < MESH_SCORE, Doubt.NO_MESH),
        (look.size_px < SMALL_FACE_FOR_IDENTITY_PX, Doubt.SMALL),
        (turned, Doubt.PROFILE),
        (look.cut_off, Doubt.EDGE),
        (look.sharpness < BLURRED_FOR_IDENTITY, Doubt.BLURRED),
        (look.luma < DARK_LUMA or eyes.contrast < EYE_CONTRAST, Doubt.DARK),
    )


def _first(*reasons: tuple[bool, Doubt]) -> Doubt | None:
    return next((doubt for holds, doubt in reasons if holds), None)
