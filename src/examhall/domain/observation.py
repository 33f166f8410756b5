"""What was seen at one moment. An observation is a fact with numbers, never a judgement.

Every observation carries `at_s`: seconds on the attempt's server clock (monotonic, see
docs/architecture.md, "Time"). Directions are image directions, boxes are in pixels of the original
picture after EXIF rotation, as (x1, y1, x2, y2) with x2, y2 exclusive.
"""

from dataclasses import dataclass
from enum import StrEnum


class Scan(StrEnum):
    """How closely a frame was searched for faces."""

    COARSE = "coarse"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class FaceBox:
    """One face: box in original pixels, detector score in 0..1."""

    x1: float
    y1: float
    x2: float
    y2: float
    score: float


@dataclass(frozen=True, slots=True)
class FacesObserved:
    """The faces of one camera frame, best score first."""

    at_s: float
    scan: Scan
    faces: tuple[FaceBox, ...]
    frame_sequence: int


@dataclass(frozen=True, slots=True)
class CameraObserved:
    """How usable one camera frame is.

    luma_mean, luma_sd: mean and standard deviation of the grey picture, 0..255.
    sharpness: variance of the Laplacian of the grey picture 320 px wide.
    fingerprint: 64-bit difference hash; equal pictures have equal values.
    exact_hash: 64 bits of a hash of the decoded pixels; a live sensor's noise always changes it.
    """

    at_s: float
    luma_mean: float
    luma_sd: float
    sharpness: float
    fingerprint: int
    exact_hash: int
    frame_sequence: int


class PageEventKind(StrEnum):
    """What the candidate's page reports of itself."""

    TAB_HIDDEN = "tab_hidden"
    TAB_VISIBLE = "tab_visible"
    WINDOW_BLURRED = "window_blurred"
    WINDOW_FOCUSED = "window_focused"
    FULLSCREEN_LEFT = "fullscreen_left"
    FULLSCREEN_ENTERED = "fullscreen_entered"
    CLIPBOARD_COPY = "clipboard_copy"
    CLIPBOARD_CUT = "clipboard_cut"
    CLIPBOARD_PASTE = "clipboard_paste"
    SCREEN_SHARE_STARTED = "screen_share_started"
    SCREEN_SHARE_STOPPED = "screen_share_stopped"
    CAMERA_STARTED = "camera_started"
    CAMERA_STOPPED = "camera_stopped"
    MICROPHONE_STARTED = "microphone_started"
    MICROPHONE_STOPPED = "microphone_stopped"


@dataclass(frozen=True, slots=True)
class PageEventObserved:
    """A page event. `late` ones came after a gap of the network and never open an incident alone."""

    at_s: float
    kind: PageEventKind
    late: bool = False


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The attempt's socket came or went."""

    at_s: float
    connected: bool


@dataclass(frozen=True, slots=True)
class SecondDeviceObserved:
    """Another page asked for an attempt whose page answers."""

    at_s: float


@dataclass(frozen=True, slots=True)
class WatchChanged:
    """Rules run only while the attempt is live; pausing freezes holds and closes nothing by itself."""

    at_s: float
    watching: bool


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Emitted every second, so that time-outs replay from a file like everything else."""

    at_s: float


@dataclass(frozen=True, slots=True)
class SamplingChanged:
    """The server asked the page for another rate; a gap is measured in these intervals."""

    at_s: float
    interval_s: float


Observation = (
    FacesObserved
    | CameraObserved
    | PageEventObserved
    | ConnectionChanged
    | SecondDeviceObserved
    | WatchChanged
    | TimePassed
    | SamplingChanged
)
