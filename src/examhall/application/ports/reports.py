"""The port to what is known of a meeting provider's reports: each is acted on once, whichever server it comes to."""

from enum import StrEnum
from typing import Protocol


class Claim(StrEnum):
    """What came of asking for a report."""

    OURS = "ours"  # act on it, then say `done`
    DONE = "done"  # it was acted on before
    IN_WORK = "in_work"  # another server acts on it now


class TakenReports(Protocol):
    async def claim(self, key: str, at_ms: int, *, lapses_ms: int) -> Claim:
        """Ask for a report. key: at most 64 signs; lapses_ms: after so long without `done` it is free again."""
        ...

    async def done(self, key: str) -> None:
        """It was acted on."""
        ...
