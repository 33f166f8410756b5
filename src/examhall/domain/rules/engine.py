"""`step`: one observation in, the new state and the incidents that changed out. Nothing else."""

from dataclasses import replace
from enum import StrEnum

from examhall.domain.observation import (
    CameraObserved,
    ConnectionChanged,
    FacesObserved,
    Observation,
    PageEventObserved,
    SamplingChanged,
    SecondDeviceObserved,
    TimePassed,
    WatchChanged,
)
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules import connection, presence, workspace
from examhall.domain.rules import hold as holds
from examhall.domain.rules.hold import Changes
from examhall.domain.rules.presence import wants_fine
from examhall.domain.rules.state import RulesState, freeze

__all__ = ["ContentMode", "RulesState", "close_all", "effective_policy", "step", "wants_fine"]


class ContentMode(StrEnum):
    """Where the exam's content is: our own text, in a frame, or in a window of its own."""

    TEXT = "text"
    FRAME = "frame"
    BESIDE = "beside"


_NEEDS_EXAM_WINDOW = (Signal.TAB_HIDDEN, Signal.WINDOW_BLUR, Signal.FULLSCREEN_EXIT)


def effective_policy(policy: Policy, content_mode: ContentMode) -> Policy:
    """Switch off what cannot be asked: leaving the page, where the content lies beside it; the
    screen share, where the exam does not want one."""
    off = set(_NEEDS_EXAM_WINDOW) if content_mode == ContentMode.BESIDE else set()
    if not policy.require_screen:
        off.add(Signal.SCREEN_SHARE_STOPPED)
    signals = {s: replace(r, enabled=r.enabled and s not in off) for s, r in policy.signals.items()}
    return replace(policy, signals=signals)


def step(state: RulesState, observation: Observation, policy: Policy) -> tuple[RulesState, Changes]:
    """Take one observation. Deterministic: the same state, observation and policy, the same answer.

    The order is that of arrival; of one frame, `CameraObserved` before `FacesObserved`. A time that lies
    before the signal's last one counts as that one, so a clock that runs backwards adds nothing.
    """
    state = replace(state, now_s=max(state.now_s, observation.at_s))
    changes: Changes = ()
    match observation:
        case FacesObserved():
            state, changes = presence.observe_faces(state, observation, policy)
        case CameraObserved():
            state, changes = presence.observe_camera(state, observation, policy)
        case PageEventObserved():
            state, changes = workspace.observe_page(state, observation, policy)
        case ConnectionChanged():
            state, changes = connection.observe_connection(state, observation, policy)
        case SecondDeviceObserved():
            state, changes = connection.observe_second_device(state, observation, policy)
        case SamplingChanged():
            state = replace(state, interval_s=observation.interval_s)
        case WatchChanged():
            state = _watch(state, watching=observation.watching)
        case TimePassed():
            state, changes = _time_passed(state, observation.at_s, policy)
    return state, changes


def close_all(state: RulesState, at_s: float) -> tuple[RulesState, Changes]:
    """Close what is open when the attempt is over."""
    changes: Changes = ()
    for signal, hold in state.holds.items():
        closed, more = holds.close(hold, max(at_s, hold.last_s))
        state, changes = state.with_hold(signal, closed), changes + more
    return replace(state, watching=False), changes


def _watch(state: RulesState, *, watching: bool) -> RulesState:
    if watching == state.watching:
        return state
    state = freeze(state, *state.holds)
    return replace(presence.forget_scans(state) if watching else state, watching=watching)


def _time_passed(state: RulesState, at_s: float, policy: Policy) -> tuple[RulesState, Changes]:
    if not state.watching:
        return state, ()
    state, changes = connection.observe_time(state, at_s, policy)
    if not state.connected:
        return state, changes
    state, more = workspace.observe_time(state, at_s, policy)
    return state, changes + more
