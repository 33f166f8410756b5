"""Who waits for a worker and whose turn it is. Pure bookkeeping: no clock, no processes.

A lane is one attempt (or the tutorial's endpoint): one frame of it is in work at a time, a bounded
number waits, and lanes take turns. Background lanes get what the others leave.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

Ticket = TypeVar("Ticket")


class WhenFull(StrEnum):
    SUPERSEDE = "supersede"  # the newest takes the place of the oldest waiting
    REFUSE = "refuse"  # who comes too late is told so


@dataclass(frozen=True, slots=True)
class LaneRule:
    """`waiting`: how many may wait besides the one in work, at least 1."""

    waiting: int = 1
    when_full: WhenFull = WhenFull.SUPERSEDE
    background: bool = False


@dataclass(slots=True)
class _Lane(Generic[Ticket]):
    rule: LaneRule
    waiting: deque[Ticket] = field(default_factory=deque)
    in_work: bool = False


class LaneFullError(Exception):
    """The lane refuses; nothing changed."""


class Lanes(Generic[Ticket]):
    """Tickets waiting by lane, taken in turns."""

    def __init__(self, rules: Mapping[str, LaneRule]) -> None:
        self._rules = rules
        self._lanes: dict[str, _Lane[Ticket]] = {}
        # Lanes with something waiting and nothing in work; the longest unserved first.
        self._ready: deque[str] = deque()
        self._ready_background: deque[str] = deque()

    def put(self, name: str, ticket: Ticket, rule: LaneRule | None = None) -> Ticket | None:
        """Queue a ticket; returns the one it supersedes, if any. `rule` is for a lane without one of its own.

        Raises LaneFullError.
        """
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = _Lane(self._rules.get(name, rule or LaneRule()))
        superseded: Ticket | None = None
        if len(lane.waiting) >= lane.rule.waiting:
            if lane.rule.when_full is WhenFull.REFUSE:
                raise LaneFullError
            superseded = lane.waiting.popleft()
        lane.waiting.append(ticket)
        # With something in work or waiting before, the lane has its turn already or gets it later.
        if not lane.in_work and len(lane.waiting) == 1 and superseded is None:
            self._turns(lane).append(name)
        return superseded

    def take(self) -> tuple[str, Ticket] | None:
        """The next lane's oldest ticket; the lane is in work until `finish`."""
        turns = self._ready or self._ready_background
        if not turns:
            return None
        name = turns.popleft()
        lane = self._lanes[name]
        lane.in_work = True
        return name, lane.waiting.popleft()

    def finish(self, name: str) -> None:
        """The ticket in work is done: the lane queues up again behind the others, or is forgotten."""
        lane = self._lanes[name]
        lane.in_work = False
        if lane.waiting:
            self._turns(lane).append(name)
        else:
            del self._lanes[name]

    def discard(self, name: str, ticket: Ticket) -> bool:
        """Take back a waiting ticket; False when it is not waiting (any more)."""
        lane = self._lanes.get(name)
        if lane is None or ticket not in lane.waiting:
            return False
        lane.waiting.remove(ticket)
        if not lane.waiting and not lane.in_work:
            self._turns(lane).remove(name)
            del self._lanes[name]
        return True

    def drain(self, name: str) -> list[Ticket]:
        """Take back everything that waits in one lane."""
        lane = self._lanes.get(name)
        tickets = list(lane.waiting) if lane else []
        for ticket in tickets:
            self.discard(name, ticket)
        return tickets

    def waiting(self) -> list[Ticket]:
        """All waiting tickets, in no order."""
        return [ticket for lane in self._lanes.values() for ticket in lane.waiting]

    def names(self) -> list[str]:
        return list(self._lanes)

    def _turns(self, lane: _Lane[Ticket]) -> deque[str]:
        return self._ready_background if lane.rule.background else self._ready
