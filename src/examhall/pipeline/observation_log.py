"""Observations on their way to the store, as JSON lines."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from examhall.domain.observation import Observation
from examhall.domain.rules.codec import observation_line

MAX_LINES = 600


@dataclass(frozen=True, slots=True)
class Batch:
    """from_s, to_s: the attempt's clock; lines: JSON lines, each with its line end."""

    from_s: float
    to_s: float
    lines: str
    count: int


class ObservationLog:
    """Not yet stored lines. Overflow (the store fails for minutes): the oldest are lost and counted."""

    def __init__(self) -> None:
        self._waiting: deque[Observation] = deque()

    def add(self, observations: Sequence[Observation]) -> int:
        """Return how many older ones had to be given up."""
        self._waiting.extend(observations)
        lost = max(0, len(self._waiting) - MAX_LINES)
        for _ in range(lost):
            self._waiting.popleft()
        return lost

    def batch_with(self, observations: Sequence[Observation]) -> Batch | None:
        """All that waits and these; nothing is taken out."""
        seen = [*self._waiting, *observations]
        if not seen:
            return None
        times = [one.at_s for one in seen]
        lines = "".join(observation_line(one) + "\n" for one in seen)
        return Batch(min(times), max(times), lines, len(seen))

    def clear(self) -> None:
        self._waiting.clear()
