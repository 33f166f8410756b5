"""What was seen at one moment. An observation is a fact with numbers, never a judgement.

Every observation carries `at_s`: seconds on the attempt's server clock (monotonic, see
docs/architecture.md, "Time"). Directions are image directions, boxes are in pixels of the original
picture after EXIF rotation, as (x1, y1, x2, y2) with x2, y2 exclusive.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from examhall.domain.bandwidth import BandwidthRung


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


class Doubt(StrEnum):
    """Why a number about a face cannot be trusted. Doubt is never a finding."""

    NO_MESH = "no_mesh"  # the face mesh itself says that this is no face it can follow
    BLURRED = "blurred"
    PROFILE = "profile"  # turned so far that one eye or half the face is hidden
    SMALL = "small"
    EDGE = "edge"  # cut off by the picture's edge
    GLARE = "glare"  # a reflection over an eye
    EYES_CLOSED = "eyes_closed"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class HeadObserved:
    """Where the candidate's face points and looks, in one camera frame; the largest face if several.

    yaw_deg: positive when turned to the image's right; pitch_deg: positive when up; roll_deg: positive
    when clockwise in the image. gaze_horizontal: iris centre between the eye's corners, 0 image-left to
    1 image-right, about 0.5 when straight. gaze_vertical: iris above the line of the corners, in eye widths,
    positive up. mouth_open: lip gap / mouth width. eyes_open: lid gap / eye width, mean of both eyes.
    None is "unknown": `doubt` says why for the head, `gaze_doubt` for the eyes.
    """

    at_s: float
    yaw_deg: float | None
    pitch_deg: float | None
    roll_deg: float | None
    gaze_horizontal: float | None
    gaze_vertical: float | None
    mouth_open: float | None
    eyes_open: float | None
    doubt: Doubt | None
    gaze_doubt: Doubt | None
    frame_sequence: int


@dataclass(frozen=True, slots=True)
class IdentityObserved:
    """How far the face is from the one enrolled at check-in: L2 distance of 128-D embeddings, about
    0.3 for the same person and 0.8 for another. None: not to be trusted, `doubt` says why."""

    at_s: float
    distance: float | None
    doubt: Doubt | None
    frame_sequence: int


class ObjectLabel(StrEnum):
    """What the object detectors look for. A person is a whole or partial body, with or without a face."""

    PHONE = "phone"
    BOOK = "book"
    LAPTOP = "laptop"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class SeenObject:
    """One object: box in original pixels, detector score in 0..1."""

    label: ObjectLabel
    score: float
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class ObjectsObserved:
    """The objects of one camera frame, best score first; persons include the candidate.

    looked_for: the labels that were searched. Scores below the signal's threshold are kept (from 0.1 on),
    so that a stored exam can be run again under other thresholds.
    """

    at_s: float
    looked_for: tuple[ObjectLabel, ...]
    objects: tuple[SeenObject, ...]
    frame_sequence: int


@dataclass(frozen=True, slots=True)
class SpeechObserved:
    """Half a second of the microphone, gated by the page: silence is not sent.

    at_s: the end of it. speech_share: share of its 32 ms windows that are speech (probability >= 0.5);
    probability: the mean over the windows, 0..1; level_dbfs: RMS, 0 is full scale; clipped_share:
    share of samples at full scale.
    """

    at_s: float
    duration_s: float
    speech_share: float
    probability: float
    level_dbfs: float
    clipped_share: float


@dataclass(frozen=True, slots=True)
class CameraDeviceObserved:
    """What the page says of the camera it uses. virtual_score: 0..1, how sure it is that software makes
    the picture; reasons: stable words ("known_label", "no_controls"). The label itself is not kept."""

    at_s: float
    virtual_score: float
    reasons: tuple[str, ...]


class Detector(StrEnum):
    """What is tried on this candidate, light and camera at check-in; see `DetectorsOff`."""

    FACES = "faces"
    HEAD = "head"
    GAZE = "gaze"
    IDENTITY = "identity"
    PHONE = "phone"
    BOOK = "book"
    LAPTOP = "laptop"
    PERSONS = "persons"
    SPEECH = "speech"
    LIVENESS = "liveness"


# What stored attempts and recordings may say: phone, book and laptop were trusted or not together at first.
FORMER_DETECTORS: Mapping[str, tuple[Detector, ...]] = {
    "objects": (Detector.PHONE, Detector.BOOK, Detector.LAPTOP),
}


@dataclass(frozen=True, slots=True)
class Calibration:
    """The range of one candidate looking at the corners of the screen; units as in `HeadObserved`.

    Gaze is None when the eyes could not be followed at check-in; then only the head says anything.
    """

    yaw_low_deg: float
    yaw_high_deg: float
    pitch_low_deg: float
    pitch_high_deg: float
    gaze_horizontal_low: float | None = None
    gaze_horizontal_high: float | None = None
    gaze_vertical_low: float | None = None
    gaze_vertical_high: float | None = None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The calibration of check-in, fed to the rules before the exam so that a recording is complete."""

    at_s: float
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class DetectorsOff:
    """Detectors that cannot be trusted on this attempt: all of them, a later one replaces an earlier."""

    at_s: float
    detectors: tuple[Detector, ...]


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
    MICROPHONE_MUTED = "microphone_muted"
    MICROPHONE_UNMUTED = "microphone_unmuted"
    SECOND_SCREEN_ON = "second_screen_on"
    SECOND_SCREEN_OFF = "second_screen_off"
    FRAMES_HELD = "frames_held"  # the network is too slow for pictures; the page says so itself
    FRAMES_RESUMED = "frames_resumed"
    RECORDING_STARTED = "recording_started"
    RECORDING_STOPPED = "recording_stopped"
    STORAGE_FULL = "storage_full"  # what waits to be sent fills the page's share of the disk
    STORAGE_FREED = "storage_freed"
    STORAGE_MISSING = "storage_missing"  # the browser keeps nothing over a reload


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


@dataclass(frozen=True, slots=True)
class BandwidthChanged:
    """The page's line became slower or better, and it says what it leaves out: from here on pictures come
    slower, or not at all, on purpose."""

    at_s: float
    rung: BandwidthRung


@dataclass(frozen=True, slots=True)
class FrameUnseen:
    """A frame came that the server did not look at (busy, a worker died): not the candidate's doing, so that
    nobody takes it for a camera that stopped."""

    at_s: float


Observation = (
    FacesObserved
    | CameraObserved
    | FrameUnseen
    | HeadObserved
    | IdentityObserved
    | ObjectsObserved
    | SpeechObserved
    | CameraDeviceObserved
    | Calibrated
    | DetectorsOff
    | PageEventObserved
    | ConnectionChanged
    | SecondDeviceObserved
    | WatchChanged
    | TimePassed
    | SamplingChanged
    | BandwidthChanged
)
