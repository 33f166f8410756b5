"""The candidate's page: tab, window, full screen, clipboard, screen share, second screen, microphone, camera.

A level (hidden, blurred, ...) stands from the event that begins it to the one that ends it and is
looked at every second; clipboard use is momentary. A late event may end a level; one that begins it
is not confirmed and counts nothing until the page says the same in time.
"""

from dataclasses import dataclass, replace

from examhall.domain.observation import PageEventKind, PageEventObserved
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules import hold as holds
from examhall.domain.rules.hold import Changes, Sighting
from examhall.domain.rules.state import TICK_GAP_S, Level, RulesState, explains, freeze, rule_of, sample

_PAGE_CONFIDENCE = 0.95  # it is the page's own word


@dataclass(frozen=True, slots=True)
class _Switch:
    signal: Signal
    on: bool


_K = PageEventKind
_SWITCHES = {
    _K.TAB_HIDDEN: _Switch(Signal.TAB_HIDDEN, on=True),
    _K.TAB_VISIBLE: _Switch(Signal.TAB_HIDDEN, on=False),
    _K.WINDOW_BLURRED: _Switch(Signal.WINDOW_BLUR, on=True),
    _K.WINDOW_FOCUSED: _Switch(Signal.WINDOW_BLUR, on=False),
    _K.FULLSCREEN_LEFT: _Switch(Signal.FULLSCREEN_EXIT, on=True),
    _K.FULLSCREEN_ENTERED: _Switch(Signal.FULLSCREEN_EXIT, on=False),
    _K.SCREEN_SHARE_STOPPED: _Switch(Signal.SCREEN_SHARE_STOPPED, on=True),
    _K.SCREEN_SHARE_STARTED: _Switch(Signal.SCREEN_SHARE_STOPPED, on=False),
    _K.CAMERA_STOPPED: _Switch(Signal.CAMERA_BLOCKED, on=True),
    _K.CAMERA_STARTED: _Switch(Signal.CAMERA_BLOCKED, on=False),
    _K.MICROPHONE_STOPPED: _Switch(Signal.MICROPHONE_MUTED, on=True),
    _K.MICROPHONE_MUTED: _Switch(Signal.MICROPHONE_MUTED, on=True),
    _K.MICROPHONE_STARTED: _Switch(Signal.MICROPHONE_MUTED, on=False),
    _K.MICROPHONE_UNMUTED: _Switch(Signal.MICROPHONE_MUTED, on=False),
    _K.SECOND_SCREEN_ON: _Switch(Signal.SECOND_SCREEN, on=True),
    _K.SECOND_SCREEN_OFF: _Switch(Signal.SECOND_SCREEN, on=False),
}
_CLIPBOARD = {
    _K.CLIPBOARD_COPY: "copy",
    _K.CLIPBOARD_CUT: "cut",
    _K.CLIPBOARD_PASTE: "paste",
}
_PHRASES = {
    Signal.TAB_HIDDEN: "Exam tab hidden",
    Signal.WINDOW_BLUR: "Exam window without focus",
    Signal.FULLSCREEN_EXIT: "Full screen left",
    Signal.SCREEN_SHARE_STOPPED: "Screen not shared",
    Signal.CAMERA_BLOCKED: "Camera switched off",
    Signal.MICROPHONE_MUTED: "Microphone muted or without sound",
    Signal.SECOND_SCREEN: "Second screen connected",
}
LEVELS = tuple(_PHRASES)


def observe_page(state: RulesState, event: PageEventObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take one event of the page."""
    state = _frames_held(state, event)
    switch = _SWITCHES.get(event.kind)
    if switch is not None:
        return _switch(state, event, switch, policy)
    used = _CLIPBOARD.get(event.kind)
    return _clipboard(state, event, used, policy) if used is not None else (state, ())


def observe_time(state: RulesState, at_s: float, policy: Policy) -> tuple[RulesState, Changes]:
    """Look at every level, and let momentary incidents come to rest."""
    changes: Changes = ()
    for signal in LEVELS:
        state, more = _look(state, signal, at_s, policy)
        changes += more
    state, more = rest(state, Signal.CLIPBOARD, at_s, policy)
    return state, changes + more


def _frames_held(state: RulesState, event: PageEventObserved) -> RulesState:
    """The page says itself that the network is too slow for pictures, until it says otherwise."""
    if event.kind is _K.FRAMES_HELD and state.camera.held_since_s is None:
        return replace(state, camera=replace(state.camera, held_since_s=event.at_s))
    if event.kind in {_K.FRAMES_RESUMED, _K.CAMERA_STARTED}:
        # The wait for the next picture begins here.
        return replace(state, camera=replace(state.camera, held_since_s=None, came_at_s=event.at_s))
    return state


def rest(state: RulesState, signal: Signal, at_s: float, policy: Policy) -> tuple[RulesState, Changes]:
    """A second without an event of this momentary signal."""
    if state.hold(signal).began_at_s is None:
        return state, ()
    return sample(state, policy, signal, at_s, TICK_GAP_S, holds_now=False)


def _switch(
    state: RulesState, event: PageEventObserved, switch: _Switch, policy: Policy
) -> tuple[RulesState, Changes]:
    signal, old = switch.signal, state.level(switch.signal)
    if event.late and (event.at_s < old.at_s or (switch.on and old.on)):
        return state, ()  # the page has said something newer in time
    changes: Changes = ()
    if state.sees and not event.late:
        # What was on until now held until now, whatever the event says.
        state, changes = _look(state, signal, event.at_s, policy)
    confirmed = not (event.late and switch.on)
    state = state.with_level(signal, Level(switch.on, confirmed, event.at_s))
    if not state.sees:
        return state, changes
    state, more = _look(state, signal, event.at_s, policy)
    return state, changes + more


def _look(state: RulesState, signal: Signal, at_s: float, policy: Policy) -> tuple[RulesState, Changes]:
    level = state.level(signal)
    if signal is Signal.CAMERA_BLOCKED and not (level.on and level.confirmed):
        return state, ()  # then the frames, or that none come, say whether it is blocked
    if (level.on and not level.confirmed) or _covered_by_another(state, signal, policy):
        return freeze(state, signal), ()
    if not level.on and state.hold(signal).began_at_s is None:
        return freeze(state, signal), ()
    sighting = Sighting(_PHRASES[signal], "", _PAGE_CONFIDENCE) if level.on else None
    return sample(state, policy, signal, at_s, TICK_GAP_S, holds_now=level.on, sighting=sighting)


def _covered_by_another(state: RulesState, signal: Signal, policy: Policy) -> bool:
    """A hidden tab has no focus either: one cause, one incident."""
    if signal is not Signal.WINDOW_BLUR or not explains(state, policy, Signal.TAB_HIDDEN, signal):
        return False
    return state.level(Signal.TAB_HIDDEN).on


def _clipboard(
    state: RulesState, event: PageEventObserved, used: str, policy: Policy
) -> tuple[RulesState, Changes]:
    rule = rule_of(policy, Signal.CLIPBOARD)
    hold = state.hold(Signal.CLIPBOARD)
    if rule is None or not state.sees or (event.late and not hold.is_open):
        return state, ()
    sighting = Sighting("Clipboard used", f"last: {used}", _PAGE_CONFIDENCE)
    hold, changes = holds.count(hold, Signal.CLIPBOARD, rule, event.at_s, sighting)
    return state.with_hold(Signal.CLIPBOARD, hold), changes
