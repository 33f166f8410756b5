"""The candidate's page: tab, window, full screen, clipboard, screen share, and a switched-off camera.

A level (hidden, blurred, ...) stands from the event that begins it to the one that ends it and is
looked at every second; clipboard use is momentary. A late event may end a level; one that begins it
is not confirmed and counts nothing until the page says the same in time.
"""

from dataclasses import dataclass

from examhall.domain.observation import PageEventKind, PageEventObserved
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules import hold as holds
from examhall.domain.rules.hold import Changes, Sighting
from examhall.domain.rules.state import Level, RulesState, freeze, rule_of, sample

TICK_GAP_S = 2.0  # two ticks of `TimePassed`
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
}
LEVELS = tuple(_PHRASES)


def observe_page(state: RulesState, event: PageEventObserved, policy: Policy) -> tuple[RulesState, Changes]:
    """Take one event of the page."""
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
    if (level.on and not level.confirmed) or _covered_by_another(state, signal, policy):
        return freeze(state, signal), ()
    if signal is Signal.CAMERA_BLOCKED and not level.on:
        return state, ()  # then the frames say whether it is blocked
    if not level.on and state.hold(signal).began_at_s is None:
        return freeze(state, signal), ()
    sighting = Sighting(_PHRASES[signal], "", _PAGE_CONFIDENCE) if level.on else None
    return sample(state, policy, signal, at_s, TICK_GAP_S, holds_now=level.on, sighting=sighting)


def _covered_by_another(state: RulesState, signal: Signal, policy: Policy) -> bool:
    """A hidden tab has no focus either: one cause, one incident."""
    if signal is not Signal.WINDOW_BLUR or rule_of(policy, Signal.TAB_HIDDEN) is None:
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
