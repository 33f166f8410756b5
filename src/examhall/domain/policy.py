"""The policy of an exam: which signals are on, and what each one takes and does."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Signal(StrEnum):
    """The kinds of thing a policy speaks of. Stored values are never translated."""

    NO_FACE = "no_face"
    MULTIPLE_FACES = "multiple_faces"
    CAMERA_BLOCKED = "camera_blocked"
    TAB_HIDDEN = "tab_hidden"
    WINDOW_BLUR = "window_blur"
    FULLSCREEN_EXIT = "fullscreen_exit"
    CLIPBOARD = "clipboard"
    SCREEN_SHARE_STOPPED = "screen_share_stopped"
    CONNECTION_LOST = "connection_lost"
    SECOND_DEVICE = "second_device"
    DIFFERENT_PERSON = "different_person"
    LOOKING_AWAY = "looking_away"
    PHONE = "phone"
    BOOK = "book"
    LAPTOP = "laptop"
    PERSON_IN_BACKGROUND = "person_in_background"
    SPEECH = "speech"
    MICROPHONE_MUTED = "microphone_muted"
    SECOND_SCREEN = "second_screen"
    VIRTUAL_CAMERA = "virtual_camera"
    SPOOF = "spoof"


class Severity(StrEnum):
    """How much a person should care; ordered by `rank`."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class SignalRule:
    """What one signal takes to become an incident, and what the incident does.

    threshold: the signal's own unit, see docs/detection.md (score, luma, seconds).
    hold_s: how long a finding must hold before an incident opens.
    release_s: how long it must be gone before the incident closes.
    cooldown_s: how long after closing a new finding extends the old incident instead of a new one.
    weight: points that an incident adds to the attempt's risk.
    shadow: counted and measured only; nobody is shown or told anything, and nothing happens.
    """

    enabled: bool
    threshold: float
    hold_s: float
    release_s: float
    cooldown_s: float
    severity: Severity
    weight: float
    warn: bool
    alert: bool = True
    pause: bool = False
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """Which detectors run on which frame; cost per candidate follows from it (`examhall plan`).

    Sizes are the detector's input in pixels (multiples of 32) for a 4:3 picture; others get as many pixels in
    their own shape. Scores are the count thresholds, chosen in docs/accuracy.md. A period of 0
    switches the detector off; none is run that no enabled signal asks for. After a speech onset the page is
    asked for a burst of pictures for the lips, at most one every `burst_every_s`.
    """

    interval_s: float = 1.0
    coarse_width: int = 320
    coarse_height: int = 256
    coarse_score: float = 0.36
    fine_width: int = 640
    fine_height: int = 480
    fine_score: float = 0.50
    fine_period_s: float = 6.0
    head_period_s: float = 1.0
    identity_period_s: float = 15.0
    objects_period_s: float = 5.0  # phone, book, laptop and persons, on the same frame
    speech: bool = True
    burst_interval_s: float = 0.2
    burst_s: float = 2.0
    burst_every_s: float = 20.0


class Admission(StrEnum):
    """Who lets a candidate in."""

    AUTOMATIC = "automatic"
    PROCTOR = "proctor"


class Recording(StrEnum):
    """What is kept of the whole attempt, beside the pictures around incidents."""

    OFF = "off"
    CAMERA = "camera"  # with the microphone's sound
    CAMERA_AND_SCREEN = "camera_and_screen"


@dataclass(frozen=True, slots=True)
class Policy:
    """One immutable revision; an attempt pins one at check-in."""

    name: str
    signals: Mapping[Signal, SignalRule]
    scan: ScanPlan = ScanPlan()
    admission: Admission = Admission.AUTOMATIC
    require_screen: bool = False
    require_microphone: bool = True
    recording: Recording = Recording.OFF
    camera_check: bool = True  # enrolment, calibration and a trial of the detectors before the exam
    tell_watching: bool = True
    # Time given back by itself, in all of one attempt; 0: none. A pause is always given back in full.
    network_credit_limit_s: float = 300.0
    server_credit_limit_s: float = 86_400.0
    pause_limit_s: float = 86_400.0  # a pause that nobody ends is over so long after the window
    risk_half_life_s: float = 600.0
    evidence_before_s: float = 4.0
    evidence_after_s: float = 4.0
    retention_days: int = 30
    identity_retention_hours: int = 24  # how long after the attempt the enrolled face is kept

    @property
    def asks_for_screen(self) -> bool:
        """Whether the candidate shares the screen, to be looked at or to be recorded."""
        return self.require_screen or self.recording is Recording.CAMERA_AND_SCREEN


def is_shadow(policy: Policy, signal: Signal) -> bool:
    """Whether the signal is counted and measured only: no page, risk, warning, pause or evidence sees it."""
    rule = policy.signals.get(signal)
    return rule is not None and rule.shadow


class Preset(StrEnum):
    """Named starting points that an admin can open and adjust."""

    RELAXED = "relaxed"
    STANDARD = "standard"
    STRICT = "strict"
