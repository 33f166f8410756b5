"""Named policies to start from, and the plain words that go with each signal.

Units of `threshold` (see docs/detection.md): no_face and multiple_faces count faces, camera_blocked is a
mean brightness (0..255), clipboard and second_device count events; different_person is an embedding
distance, looking_away degrees beyond the calibrated range, phone, book, laptop, person_in_background and
virtual_camera detector scores (0..1), speech a share of voiced sound (0..1); the others have none (0).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from examhall.domain.policy import Policy, Preset, ScanPlan, Severity, Signal, SignalRule

DARK_LUMA = 16.0  # the darkest labelled picture with a usable face has 22

_STANDARD: Mapping[Signal, SignalRule] = {
    Signal.NO_FACE: SignalRule(
        enabled=True, threshold=1, hold_s=5, release_s=2, cooldown_s=20,
        severity=Severity.MEDIUM, weight=15, warn=True,
    ),
    Signal.MULTIPLE_FACES: SignalRule(
        enabled=True, threshold=1, hold_s=3, release_s=3, cooldown_s=20,
        severity=Severity.HIGH, weight=30, warn=True,
    ),
    Signal.CAMERA_BLOCKED: SignalRule(
        enabled=True, threshold=DARK_LUMA, hold_s=4, release_s=2, cooldown_s=20,
        severity=Severity.HIGH, weight=25, warn=True,
    ),
    Signal.TAB_HIDDEN: SignalRule(
        enabled=True, threshold=0, hold_s=2, release_s=1, cooldown_s=15,
        severity=Severity.MEDIUM, weight=15, warn=True,
    ),
    Signal.WINDOW_BLUR: SignalRule(
        enabled=True, threshold=0, hold_s=5, release_s=1, cooldown_s=15,
        severity=Severity.LOW, weight=8, warn=True,
    ),
    Signal.FULLSCREEN_EXIT: SignalRule(
        enabled=True, threshold=0, hold_s=5, release_s=1, cooldown_s=15,
        severity=Severity.LOW, weight=8, warn=True,
    ),
    Signal.CLIPBOARD: SignalRule(
        enabled=True, threshold=1, hold_s=0, release_s=10, cooldown_s=60,
        severity=Severity.LOW, weight=5, warn=False,
    ),
    Signal.SCREEN_SHARE_STOPPED: SignalRule(
        enabled=True, threshold=0, hold_s=5, release_s=1, cooldown_s=15,
        severity=Severity.MEDIUM, weight=15, warn=True,
    ),
    Signal.CONNECTION_LOST: SignalRule(
        enabled=True, threshold=0, hold_s=5, release_s=0, cooldown_s=30,
        severity=Severity.LOW, weight=4, warn=False,
    ),
    Signal.SECOND_DEVICE: SignalRule(
        enabled=True, threshold=1, hold_s=0, release_s=10, cooldown_s=60,
        severity=Severity.MEDIUM, weight=20, warn=False,
    ),
    Signal.DIFFERENT_PERSON: SignalRule(
        enabled=True, threshold=0.55, hold_s=0, release_s=30, cooldown_s=60,
        severity=Severity.HIGH, weight=35, warn=False,
    ),
    Signal.LOOKING_AWAY: SignalRule(
        enabled=True, threshold=10, hold_s=6, release_s=2, cooldown_s=20,
        severity=Severity.LOW, weight=5, warn=False,
    ),
    Signal.PHONE: SignalRule(
        enabled=True, threshold=0.16, hold_s=1, release_s=12, cooldown_s=60,
        severity=Severity.LOW, weight=10, warn=False,
    ),
    Signal.BOOK: SignalRule(
        enabled=True, threshold=0.30, hold_s=1, release_s=12, cooldown_s=60,
        severity=Severity.LOW, weight=6, warn=False,
    ),
    Signal.LAPTOP: SignalRule(
        enabled=True, threshold=0.50, hold_s=1, release_s=12, cooldown_s=60,
        severity=Severity.LOW, weight=6, warn=False,
    ),
    Signal.PERSON_IN_BACKGROUND: SignalRule(
        enabled=True, threshold=0.35, hold_s=2, release_s=6, cooldown_s=30,
        severity=Severity.MEDIUM, weight=20, warn=False,
    ),
    Signal.SPEECH: SignalRule(
        enabled=True, threshold=0.50, hold_s=2, release_s=3, cooldown_s=30,
        severity=Severity.LOW, weight=8, warn=False,
    ),
    Signal.MICROPHONE_MUTED: SignalRule(
        enabled=True, threshold=0, hold_s=5, release_s=1, cooldown_s=30,
        severity=Severity.LOW, weight=5, warn=True,
    ),
    Signal.SECOND_SCREEN: SignalRule(
        enabled=True, threshold=0, hold_s=5, release_s=1, cooldown_s=60,
        severity=Severity.LOW, weight=8, warn=True,
    ),
    Signal.VIRTUAL_CAMERA: SignalRule(
        enabled=True, threshold=0.50, hold_s=0, release_s=10, cooldown_s=60,
        severity=Severity.MEDIUM, weight=20, warn=False,
    ),
    Signal.SPOOF: SignalRule(
        enabled=True, threshold=0, hold_s=240, release_s=20, cooldown_s=120,
        severity=Severity.MEDIUM, weight=20, warn=False,
    ),
}  # fmt: skip


def _patient(rule: SignalRule, times: float) -> SignalRule:
    return replace(rule, hold_s=rule.hold_s * times, cooldown_s=rule.cooldown_s * times)


def _relaxed() -> Policy:
    signals = {signal: _patient(rule, 2) for signal, rule in _STANDARD.items()}
    # Mild signals inform the proctor and leave the candidate alone.
    for signal in (Signal.WINDOW_BLUR, Signal.FULLSCREEN_EXIT, Signal.CLIPBOARD):
        signals[signal] = replace(signals[signal], enabled=False)
    return Policy(name="Relaxed", signals=signals, network_credit_limit_s=600)


def _strict() -> Policy:
    signals = dict(_STANDARD)
    signals[Signal.NO_FACE] = replace(signals[Signal.NO_FACE], hold_s=3, severity=Severity.HIGH, weight=20)
    signals[Signal.MULTIPLE_FACES] = replace(signals[Signal.MULTIPLE_FACES], hold_s=2, weight=40)
    signals[Signal.CAMERA_BLOCKED] = replace(signals[Signal.CAMERA_BLOCKED], hold_s=3)
    signals[Signal.TAB_HIDDEN] = replace(
        signals[Signal.TAB_HIDDEN], hold_s=1, severity=Severity.HIGH, weight=20
    )
    for signal in (Signal.WINDOW_BLUR, Signal.FULLSCREEN_EXIT):
        signals[signal] = replace(signals[signal], hold_s=3, severity=Severity.MEDIUM)
    signals[Signal.CLIPBOARD] = replace(signals[Signal.CLIPBOARD], warn=True, severity=Severity.MEDIUM)
    signals[Signal.LOOKING_AWAY] = replace(signals[Signal.LOOKING_AWAY], hold_s=4, warn=True, weight=8)
    signals[Signal.SECOND_SCREEN] = replace(
        signals[Signal.SECOND_SCREEN], severity=Severity.MEDIUM, weight=12
    )
    return Policy(name="Strict", signals=signals, scan=ScanPlan(fine_period_s=4.0), require_screen=True)


PRESETS: Mapping[Preset, Policy] = {
    Preset.RELAXED: _relaxed(),
    Preset.STANDARD: Policy(name="Standard", signals=_STANDARD),
    Preset.STRICT: _strict(),
}


def complete(policy: Policy) -> Policy:
    """A policy of a time that knew fewer signals: those it does not speak of are off."""
    missing = {s: replace(rule, enabled=False) for s, rule in _STANDARD.items() if s not in policy.signals}
    return replace(policy, signals={**policy.signals, **missing}) if missing else policy


PRESET_SENTENCES: Mapping[Preset, str] = {
    Preset.RELAXED: "Longer holds, mild page signals off: for practice exams and open-book work.",
    Preset.STANDARD: "A few seconds of patience with every signal on: for most exams.",
    Preset.STRICT: "Short holds and a shared screen: for exams where each second counts.",
}

SIGNAL_LABELS: Mapping[Signal, str] = {
    Signal.NO_FACE: "No face",
    Signal.MULTIPLE_FACES: "Several faces",
    Signal.CAMERA_BLOCKED: "Camera blocked",
    Signal.TAB_HIDDEN: "Exam tab hidden",
    Signal.WINDOW_BLUR: "Window without focus",
    Signal.FULLSCREEN_EXIT: "Full screen left",
    Signal.CLIPBOARD: "Clipboard used",
    Signal.SCREEN_SHARE_STOPPED: "Screen share stopped",
    Signal.CONNECTION_LOST: "Connection lost",
    Signal.SECOND_DEVICE: "Second device",
    Signal.DIFFERENT_PERSON: "Different person",
    Signal.LOOKING_AWAY: "Looking away",
    Signal.PHONE: "Phone",
    Signal.BOOK: "Book",
    Signal.LAPTOP: "Another laptop",
    Signal.PERSON_IN_BACKGROUND: "Person in the background",
    Signal.SPEECH: "Speech",
    Signal.MICROPHONE_MUTED: "Microphone muted",
    Signal.SECOND_SCREEN: "Second screen",
    Signal.VIRTUAL_CAMERA: "Virtual camera",
    Signal.SPOOF: "Picture does not live",
}

SIGNAL_SENTENCES: Mapping[Signal, str] = {
    Signal.NO_FACE: (
        "No face is in the camera picture; on 302 test pictures with a face none was missed, "
        "but a turned head or poor light can hide one."
    ),
    Signal.MULTIPLE_FACES: (
        "More faces than allowed are in the camera picture; found in about 98 of 100 such test pictures, "
        "and a poster or a screen behind the candidate can count as a face."
    ),
    Signal.CAMERA_BLOCKED: (
        "The camera is dark, covered, switched off or shows the same picture all the time; "
        "very reliable, yet a lamp going out looks like it too."
    ),
    Signal.TAB_HIDDEN: "The exam's tab is not visible; the browser reports it itself, it cannot say why.",
    Signal.WINDOW_BLUR: (
        "Another window has the keyboard; a notification or a system dialogue does this too."
    ),
    Signal.FULLSCREEN_EXIT: "The exam no longer fills the screen; one press of Escape is enough for that.",
    Signal.CLIPBOARD: "Text was copied, cut or pasted in the exam page; the text itself is not recorded.",
    Signal.SCREEN_SHARE_STOPPED: "The shared screen stopped; also when the browser or the system ended it.",
    Signal.CONNECTION_LOST: (
        "The candidate's page lost its connection; what happened meanwhile is not seen."
    ),
    Signal.SECOND_DEVICE: (
        "Another page or device tried to open this attempt while it was running; it was refused."
    ),
    Signal.DIFFERENT_PERSON: (
        "The face is unlike the one enrolled at check-in in several good pictures; relatives look alike and "
        "light, glasses or a mask change a face, so compare the pictures yourself."
    ),
    Signal.LOOKING_AWAY: (
        "Head or eyes point beyond the screen's corners, as measured at check-in; thinking people look away too."
    ),
    Signal.PHONE: (
        "Something like a phone is seen again and again; a dark wallet or calculator looks the same to it."
    ),
    Signal.BOOK: "Something like a book is seen again and again; a folder or a shelf can look the same.",
    Signal.LAPTOP: "A laptop is in the picture; about half of such laptops are found.",
    Signal.PERSON_IN_BACKGROUND: (
        "A second body is in the picture, even turned away; a coat on a chair or a mirror can look the same."
    ),
    Signal.SPEECH: (
        "A voice is heard; the television, a neighbour or reading aloud count too. "
        "Whether the candidate's lips moved is said where it could be seen."
    ),
    Signal.MICROPHONE_MUTED: "The microphone is muted or gives no sound at all; a switch on a headset does this.",
    Signal.SECOND_SCREEN: "The browser says that a second screen is connected; it cannot see what is on it.",
    Signal.VIRTUAL_CAMERA: (
        "The camera's name is that of a program that makes pictures; such programs have honest uses too."
    ),
    Signal.SPOOF: (
        "For minutes the face did not blink or move as living faces do, or the same pictures come again; "
        "some people blink rarely."
    ),
}


@dataclass(frozen=True, slots=True)
class WarningText:
    """What a candidate is told: what was noticed, what to do. Never blame."""

    noticed: str
    to_do: str


WARNING_TEXTS: Mapping[Signal, WarningText] = {
    Signal.NO_FACE: WarningText(
        "We cannot see your face.",
        "Please sit in front of the camera, with light on your face.",
    ),
    Signal.MULTIPLE_FACES: WarningText(
        "We see more than one face.",
        "Please make sure that you are alone in the picture; turn posters or screens behind you away.",
    ),
    Signal.CAMERA_BLOCKED: WarningText(
        "Your camera picture is dark, covered or does not move.",
        "Please uncover the lens, turn on a light, or switch the camera on again.",
    ),
    Signal.TAB_HIDDEN: WarningText(
        "The exam page was not visible.", "Please keep this page in front until you finish."
    ),
    Signal.WINDOW_BLUR: WarningText(
        "Another window was in front.", "Please click into the exam page and close other windows."
    ),
    Signal.FULLSCREEN_EXIT: WarningText("The exam left full screen.", "Please choose “Back to full screen”."),
    Signal.CLIPBOARD: WarningText(
        "The clipboard was used.", "Please type your answers; copy and paste are not part of this exam."
    ),
    Signal.SCREEN_SHARE_STOPPED: WarningText(
        "Your screen is not shared any more.", "Please choose “Share again” and pick your whole screen."
    ),
    Signal.CONNECTION_LOST: WarningText(
        "Your connection was interrupted.", "Keep working: everything is kept, and you need do nothing."
    ),
    Signal.SECOND_DEVICE: WarningText(
        "Your exam was opened a second time, in another page or device.",
        "Please keep to this page and close the other one.",
    ),
    Signal.DIFFERENT_PERSON: WarningText(
        "Your face looks unlike the one at check-in.",
        "Please face the camera in good light; a proctor may ask you for a word.",
    ),
    Signal.LOOKING_AWAY: WarningText(
        "You have looked away from the screen for a while.", "Please look at the exam page."
    ),
    Signal.PHONE: WarningText(
        "We see something like a phone.", "Please put phones away, out of the camera's sight."
    ),
    Signal.BOOK: WarningText(
        "We see something like a book.", "Please put books away, if they are not allowed."
    ),
    Signal.LAPTOP: WarningText(
        "We see another laptop.", "Please close other computers, if they are not allowed."
    ),
    Signal.PERSON_IN_BACKGROUND: WarningText(
        "We see another person in your room.", "Please ask them to leave the camera's sight."
    ),
    Signal.SPEECH: WarningText("We hear a voice.", "Please keep your room quiet while you work."),
    Signal.MICROPHONE_MUTED: WarningText(
        "Your microphone gives no sound.", "Please unmute it; headsets often have a switch of their own."
    ),
    Signal.SECOND_SCREEN: WarningText(
        "A second screen is connected.", "Please disconnect it or switch it off."
    ),
    Signal.VIRTUAL_CAMERA: WarningText(
        "Your camera seems to be a program.", "Please choose your real camera in the menu."
    ),
    Signal.SPOOF: WarningText(
        "Your picture does not seem to be live.", "Please move your head for a moment."
    ),
}
