"""The notice a candidate consents to: what is watched and why, made from the policy, and its hash."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from examhall.domain.policy import Policy, Recording, Signal, is_shadow
from examhall.domain.presets import SIGNAL_LABELS, SIGNAL_SENTENCES
from examhall.domain.rules.engine import ContentMode, effective_policy

WHO_SEES = (
    "The proctors and reviewers of this exam, and its administrators. "
    "Live picture and sound go to a proctor only while they look."
)
HUMAN_DECIDES = (
    "The computer only notes what it observes and when. "
    "A person looks at every incident and decides; nothing is decided by the computer alone."
)

MEASURED_ONLY = (
    "This is measured only, to find out how well it works: nobody is shown it, and nothing follows from it."
)
SOUND_KEPT = (
    "Silence does not leave your computer. The sound of the seconds around a voice is kept with what was noted, "
    "encrypted; nothing of it is turned into text."
)
FACE_KEPT = (
    "The numbers that stand for your face are kept encrypted on this server, and deleted {hours} hours after "
    "your attempt, together with a photo that your examiner may have given."
)
_RECORDED = (
    "{what} recorded without sound from the start of your exam to its end, sent as you go, kept encrypted for "
    "{days} days and seen only by the staff of this exam. When your connection is slow, the recording is kept on your "
    "computer and sent later."
)
RECORDING_SENTENCES = {
    Recording.OFF: "Your exam is not recorded; only pictures and sound around incidents are kept.",
    Recording.CAMERA: _RECORDED.replace("{what}", "Your camera is"),
    Recording.CAMERA_AND_SCREEN: _RECORDED.replace("{what}", "Your camera and shared screen are"),
}
_IN_FULL_S = 86_400.0  # the longest limit a policy can set


@dataclass(frozen=True, slots=True)
class WatchedSignal:
    """One line of the notice."""

    signal: Signal
    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ConsentNotice:
    """hash: SHA-256, hex, over all the rest."""

    hash: str
    watched: tuple[WatchedSignal, ...]
    camera: bool
    microphone: bool
    screen: bool
    recording: Recording
    recording_sentence: str
    retention_days: int
    who_sees: str
    human_decides: str
    time_sentence: str
    network_credit_limit_s: float


def time_sentence(policy: Policy) -> str:
    """The rule of this policy's clock, as the candidate reads it."""
    server_s, network_s = policy.server_credit_limit_s, policy.network_credit_limit_s
    if server_s >= _IN_FULL_S:
        server = "is given back in full"
    elif server_s > 0:
        server = f"is given back by itself up to {_length(server_s)} in all; beyond that your proctor decides"
    else:
        server = "is not given back by itself; your proctor decides"
    network = (
        f"is given back by itself up to {_length(network_s)} in all; beyond that your proctor decides"
        if network_s > 0
        else "is not given back by itself; your proctor decides"
    )
    return (
        "The clock stands still while your exam is paused. Time in which our server is away "
        f"{server}. Time in which your connection is lost {network}."
    )


def _length(seconds: float) -> str:
    """ "2 minutes and 5 seconds": a length of time in whole words."""
    whole = max(0, round(seconds))
    parts = ((whole // 3600, "hour"), (whole // 60 % 60, "minute"), (whole % 60, "second"))
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count > 0]
    return " and ".join(said) or "0 seconds"


def watched_signals(policy: Policy, content_mode: ContentMode) -> tuple[Signal, ...]:
    """The signals that this policy watches with this kind of content, in the order of the list."""
    rules = effective_policy(policy, content_mode).signals
    return tuple(s for s in Signal if s in rules and rules[s].enabled)


def _sentence(signal: Signal, policy: Policy) -> str:
    """What is only measured is processed too, so it is said."""
    said = [SIGNAL_SENTENCES[signal]]
    if signal is Signal.DIFFERENT_PERSON:
        said.append(FACE_KEPT.format(hours=policy.identity_retention_hours))
    if is_shadow(policy, signal):
        said.append(MEASURED_ONLY)
    elif signal is Signal.SPEECH:
        said.append(SOUND_KEPT)
    return " ".join(said)


def notice(policy: Policy, content_mode: ContentMode) -> ConsentNotice:
    unsigned = ConsentNotice(
        hash="",
        watched=tuple(
            WatchedSignal(s, SIGNAL_LABELS[s], _sentence(s, policy))
            for s in watched_signals(policy, content_mode)
        ),
        camera=True,
        microphone=policy.require_microphone,
        screen=policy.asks_for_screen,
        recording=policy.recording,
        recording_sentence=RECORDING_SENTENCES[policy.recording].format(days=policy.retention_days),
        retention_days=policy.retention_days,
        who_sees=WHO_SEES,
        human_decides=HUMAN_DECIDES,
        time_sentence=time_sentence(policy),
        network_credit_limit_s=policy.network_credit_limit_s,
    )
    text = json.dumps(asdict(unsigned), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return replace(unsigned, hash=hashlib.sha256(text.encode()).hexdigest())
