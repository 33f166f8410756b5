"""`step`: one observation in, the new state and the incidents that changed out. Nothing else."""

from dataclasses import replace
from enum import StrEnum

from examhall.domain.observation import (
    BandwidthChanged,
    Calibrated,
    CameraDeviceObserved,
    CameraObserved,
    ConnectionChanged,
    DetectorsOff,
    FacesObserved,
    FrameUnseen,
    HeadObserved,
    IdentityObserved,
    ObjectsObserved,
    Observation,
    PageEventObserved,
    SamplingChanged,
    SecondDeviceObserved,
    SpeechObserved,
    TimePassed,
    WatchChanged,
)
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules import (
    attention,
    connection,
    identity,
    objects,
    presence,
    tampering,
    voice,
    workspace,
)
from examhall.domain.rules import hold as holds
from examhall.domain.rules.hold import Changes
from examhall.domain.rules.presence import wants_fine
from examhall.domain.rules.soundness import is_sound
from examhall.domain.rules.state import RulesState, freeze

__all__ = ["ContentMode", "RulesState", "close_all", "effective_policy", "step", "wants_fine"]


class ContentMode(StrEnum):
    """Where the exam's content is: our own text, in a frame, or in a window of its own."""

    TEXT = "text"
    FRAME = "frame"
    BESIDE = "beside"


_NEEDS_EXAM_WINDOW = (Signal.TAB_HIDDEN, Signal.WINDOW_BLUR, Signal.FULLSCREEN_EXIT)


def effective_policy(policy: Policy, content_mode: ContentMode) -> Policy:
    """Switch off what cannot be asked: leaving the page, where the content lies beside it; screen share and
    microphone, where the exam does not want them; and what the plan never looks at."""
    off: set[Signal] = set()
    if content_mode == ContentMode.BESIDE:
        off.update(_NEEDS_EXAM_WINDOW)
    if not policy.asks_for_screen:
        off.add(Signal.SCREEN_SHARE_STOPPED)
    if not policy.require_microphone:
        off.update((Signal.SPEECH, Signal.MICROPHONE_MUTED))
    plan = policy.scan
    if not plan.speech:
        off.add(Signal.SPEECH)
    if plan.head_period_s <= 0:
        off.add(Signal.LOOKING_AWAY)  # spoof still sees loops
    if plan.identity_period_s <= 0:
        off.add(Signal.DIFFERENT_PERSON)
    if plan.objects_period_s <= 0:
        off.update(objects.LABELS)
    signals = {s: replace(r, enabled=r.enabled and s not in off) for s, r in policy.signals.items()}
    return replace(policy, signals=signals)


def step(state: RulesState, observation: Observation, policy: Policy) -> tuple[RulesState, Changes]:
    """Take one observation. Deterministic: the same state, observation and policy, the same answer.

    The order is that of arrival; of one frame: camera, faces, head, identity, objects. A time that lies
    before the signal's last one counts as that one, so a clock that runs backwards adds nothing. An
    observation with a number that means nothing (infinite, none) is passed over.
    """
    if not is_sound(observation):
        return state, ()
    state = replace(state, now_s=max(state.now_s, observation.at_s))
    changes: Changes = ()
    match observation:
        case SamplingChanged():
            state = replace(state, interval_s=max(0.0, observation.interval_s))
        case BandwidthChanged():
            state = presence.observe_bandwidth(state, observation.rung, observation.at_s)
        case Calibrated():
            state = replace(state, calibration=observation.calibration)
        case DetectorsOff():
            state = replace(state, detectors_off=tuple(sorted(set(observation.detectors))))
        case WatchChanged():
            state, changes = _watch(state, observation, policy)
        case TimePassed():
            state, changes = _time_passed(state, observation.at_s, policy)
        case PageEventObserved() | SpeechObserved() | CameraDeviceObserved():
            state, changes = _page(state, observation, policy)
        case ConnectionChanged() | SecondDeviceObserved():
            state, changes = _socket(state, observation, policy)
        case _:
            state, changes = _frame(state, observation, policy)
    return state, changes


def _frame(
    state: RulesState,
    seen: FacesObserved | CameraObserved | FrameUnseen | HeadObserved | IdentityObserved | ObjectsObserved,
    policy: Policy,
) -> tuple[RulesState, Changes]:
    changes: Changes = ()
    match seen:
        case FacesObserved():
            state, changes = presence.observe_faces(state, seen, policy)
        case CameraObserved():
            state, changes = presence.observe_camera(state, seen, policy)
            state, more = tampering.observe_picture(state, seen, policy)
            changes += more
        case FrameUnseen():
            state = presence.observe_unseen(state, seen.at_s)
        case HeadObserved():
            state = replace(state, looks=replace(state.looks, head_at_s=seen.at_s))
            for look in (attention.observe_head, tampering.observe_face):
                state, more = look(state, seen, policy)
                changes += more
            state, more = voice.observe_mouth(state, seen)
            changes += more
        case IdentityObserved():
            state, changes = identity.observe_identity(state, seen, policy)
        case ObjectsObserved():
            state, changes = objects.observe_objects(state, seen, policy)
    return state, changes


def close_all(state: RulesState, at_s: float) -> tuple[RulesState, Changes]:
    """Close what is open when the attempt is over."""
    changes: Changes = ()
    for signal, hold in state.holds.items():
        closed, more = holds.close(hold, max(at_s, hold.last_s))
        state, changes = state.with_hold(signal, closed), changes + more
    return replace(state, watching=False), changes


def _page(
    state: RulesState, seen: PageEventObserved | SpeechObserved | CameraDeviceObserved, policy: Policy
) -> tuple[RulesState, Changes]:
    match seen:
        case PageEventObserved():
            return workspace.observe_page(state, seen, policy)
        case SpeechObserved():
            return voice.observe_speech(state, seen, policy)
        case CameraDeviceObserved():
            return tampering.observe_device(state, seen, policy)


def _socket(
    state: RulesState, seen: ConnectionChanged | SecondDeviceObserved, policy: Policy
) -> tuple[RulesState, Changes]:
    if isinstance(seen, SecondDeviceObserved):
        return connection.observe_second_device(state, seen, policy)
    state, changes = connection.observe_connection(state, seen, policy)
    if not seen.connected:
        return tampering.forget_pictures(state), changes
    state, more = tampering.tell_device(state, seen.at_s, policy)
    return state, changes + more


def _watch(state: RulesState, seen: WatchChanged, policy: Policy) -> tuple[RulesState, Changes]:
    if seen.watching == state.watching:
        return state, ()
    state = freeze(state, *state.holds)
    if not seen.watching:
        return replace(state, watching=False), ()
    state = tampering.forget_pictures(presence.forget_scans(replace(state, watching=True)))
    return tampering.tell_device(state, seen.at_s, policy)


def _time_passed(state: RulesState, at_s: float, policy: Policy) -> tuple[RulesState, Changes]:
    if not state.watching:
        return state, ()
    state, changes = connection.observe_time(state, at_s, policy)
    if not state.connected:
        return state, changes
    for look in (
        workspace.observe_time,
        presence.observe_time,
        voice.observe_time,
        tampering.observe_time,
    ):
        state, more = look(state, at_s, policy)
        changes += more
    state, more = workspace.rest(state, Signal.VIRTUAL_CAMERA, at_s, policy)
    return state, changes + more
