"""How sure it is that a camera is a program, from what the browser says of it. The label is not kept.

A label is the candidate's machine's word: it can be changed, so a plain name proves nothing, and honest
people use such programs too. A phone used as a webcam (Camo, EpocCam, DroidCam, Continuity) is a real camera.
"""

from collections.abc import Sequence
from dataclasses import dataclass

KNOWN_LABEL = "known_label"
VIRTUAL_WORD = "virtual_word"
NO_CONTROLS = "no_controls"

# Programs that make or change the picture, as their devices call themselves.
_KNOWN = (
    "obs virtual camera", "obs-camera", "obs camera", "manycam", "snap camera", "xsplit vcam", "xsplit",
    "mmhmm", "airtime camera", "splitcam", "youcam", "chromacam", "e2esoft vcam", "vcamera", "webcammax",
    "sparkocam", "altercam", "avatarify", "prism live", "finecam", "camtwist", "fakewebcam",
    "v4l2loopback", "v4l2 loopback", "dummy video device", "akvcam", "softcam", "unitycapture",
    "unity video capture", "ndi webcam", "ndi video", "newtek ndi", "facerig", "animaze", "vtube studio",
    "deepfacelive", "magic camera", "nvidia broadcast", "logi capture", "screen capture recorder",
    "vmix video", "wirecast virtual", "ecamm live virtual", "loola", "fake webcam",
)  # fmt: skip
_PHONES = ("camo", "epoccam", "droidcam", "iriun", "continuity", "iphone", "ipad", "android webcam")
_WORDS = ("virtual cam", "virtual video", "virtual webcam", "vcam", "loopback")

_KNOWN_SCORE = 0.9
_WORD_SCORE = 0.7
_NO_CONTROLS_SCORE = 0.15  # many honest browsers list none: by itself it reaches no threshold


@dataclass(frozen=True, slots=True)
class VirtualScore:
    """score: 0..1; reasons: stable words."""

    score: float
    reasons: tuple[str, ...]


def virtual_score(label: str, controls: Sequence[str] | None) -> VirtualScore:
    """Judge a camera by its label and the names of the controls that the browser lists for it (None: unknown)."""
    name = " ".join(label.lower().replace("_", " ").split())
    score, reasons = 0.0, list[str]()
    if any(known in name for known in _KNOWN):
        score, reasons = _KNOWN_SCORE, [KNOWN_LABEL]
    elif any(word in name for word in _WORDS) and not any(phone in name for phone in _PHONES):
        score, reasons = _WORD_SCORE, [VIRTUAL_WORD]
    if controls is not None and not controls:
        score, reasons = min(1.0, score + _NO_CONTROLS_SCORE), [*reasons, NO_CONTROLS]
    return VirtualScore(round(score, 3), tuple(reasons))
