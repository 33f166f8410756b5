"""The camera check before an exam: enrolment, calibration, a live challenge, and what can be trusted here.

Each step can be begun again and skipped (a person may be unable to turn the head or to follow a point with
the eyes); a skipped step switches off what depends on it and says so to the proctor, nothing more.
"""

from dataclasses import dataclass
from enum import StrEnum

from examhall.domain.observation import Calibration, Detector


class CheckInStep(StrEnum):
    """In this order."""

    FACE = "face"  # look straight ahead: enrolment, and every detector is tried
    CALIBRATE = "calibrate"  # look at the corners of the screen
    CHALLENGE = "challenge"  # turn left and right, in random order
    VOICE = "voice"  # read a short sentence aloud
    DONE = "done"


class Target(StrEnum):
    """What to look at (calibrate) or where to turn (challenge), by the candidate's own sides."""

    CENTRE = "centre"
    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_RIGHT = "bottom_right"
    BOTTOM_LEFT = "bottom_left"
    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"


class Advice(StrEnum):
    """What would help now, as codes; pages have the words."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    COME_CLOSER = "come_closer"
    MORE_LIGHT = "more_light"
    LESS_BACKLIGHT = "less_backlight"
    HOLD_STILL = "hold_still"
    FACE_THE_CAMERA = "face_the_camera"
    GLARE = "glare"
    TURN_FURTHER = "turn_further"
    SPEAK_LOUDER = "speak_louder"
    NO_SOUND = "no_sound"
    PHOTO_DIFFERS = "photo_differs"
    SERVER_BUSY = "server_busy"  # nothing to do: it takes longer, and no time of the candidate's runs


class StepState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class DetectorTrust:
    """Whether a detector works on this candidate, light and camera. reason: plain words for the proctor."""

    detector: Detector
    trusted: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StepView:
    step: CheckInStep
    state: StepState


@dataclass(frozen=True, slots=True)
class CheckInView:
    """What the candidate's page shows of the check. progress: of the running step, 0..1."""

    step: CheckInStep
    target: Target | None
    progress: float
    advice: Advice | None
    steps: tuple[StepView, ...]
    detectors: tuple[DetectorTrust, ...]  # once known


@dataclass(frozen=True, slots=True)
class CheckInResult:
    """What is kept of the check with the attempt.

    reference_distance: median embedding distance to the roster's photo, None without one.
    """

    steps: tuple[StepView, ...]
    calibration: Calibration | None
    detectors: tuple[DetectorTrust, ...]
    reference_distance: float | None = None
