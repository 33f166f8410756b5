"""The attempt's socket: connection_lost, and second_device when another page asks for the attempt."""

from dataclasses import replace

from examhall.domain.observation import ConnectionChanged, SecondDeviceObserved
from examhall.domain.policy import Policy, Signal
from examhall.domain.rules.hold import Changes, Sighting
from examhall.domain.rules.presence import forget_scans
from examhall.domain.rules.state import TICK_GAP_S, RulesState, count, freeze, sample
from examhall.domain.rules.workspace import rest


def observe_connection(
    state: RulesState, seen: ConnectionChanged, policy: Policy
) -> tuple[RulesState, Changes]:
    """Take the coming or going of the socket; what the page would show is unknown meanwhile."""
    changes: Changes = ()
    if state.watching:
        state, changes = _look(state, seen.at_s, policy)
    if not seen.connected:
        others = (s for s in state.holds if s not in {Signal.CONNECTION_LOST, Signal.SECOND_DEVICE})
        state = forget_scans(freeze(state, *others))
    state = replace(state, connected=seen.connected)
    if not state.watching:
        return state, changes
    state, more = _look(state, seen.at_s, policy)
    return state, changes + more


def observe_second_device(
    state: RulesState, seen: SecondDeviceObserved, policy: Policy
) -> tuple[RulesState, Changes]:
    """Take a refused page: momentary, one incident gathers the repeats."""
    if not state.watching:
        return state, ()
    sighting = Sighting("Another page asked for this attempt", "", 0.9)
    return count(state, policy, Signal.SECOND_DEVICE, seen.at_s, sighting)


def observe_time(state: RulesState, at_s: float, policy: Policy) -> tuple[RulesState, Changes]:
    """Look at the connection, and let second_device come to rest."""
    state, changes = _look(state, at_s, policy)
    state, more = rest(state, Signal.SECOND_DEVICE, at_s, policy)
    return state, changes + more


def _look(state: RulesState, at_s: float, policy: Policy) -> tuple[RulesState, Changes]:
    lost = not state.connected
    if not lost and state.hold(Signal.CONNECTION_LOST).began_at_s is None:
        return freeze(state, Signal.CONNECTION_LOST), ()
    sighting = Sighting("Connection lost", "", 1.0) if lost else None
    return sample(state, policy, Signal.CONNECTION_LOST, at_s, TICK_GAP_S, holds_now=lost, sighting=sighting)
