"""The port to the servers that share a database: who is there, and how busy each is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

PRESENT_S = 3.0
SAY_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class ServerView:
    """What one server says of itself every second. busy: 0..1, of its vision workers."""

    server_id: str
    sampling_interval_s: float
    busy: float
    workers_ready: int
    attempts: int
    draining: bool = False


class Servers(Protocol):
    @property
    def server_id(self) -> str:
        """This one's; a new one with every start."""
        ...

    @property
    def alone(self) -> bool:
        """Whether this is the only server there can be."""
        ...

    async def say(self, view: ServerView) -> None:
        """Be present for another `PRESENT_S`. Never raises: who cannot say it is not seen."""
        ...

    async def look(self) -> Mapping[str, ServerView] | None:
        """All that are present, this one among them; None when nobody can tell now."""
        ...

    @property
    def seen(self) -> Mapping[str, ServerView]:
        """What the last `look` found."""
        ...

    async def reachable(self, server_id: str) -> bool:
        """Whether it listens at this moment; False also when nobody can tell."""
        ...

    async def leave(self) -> None:
        """Be gone at once, instead of after `PRESENT_S`."""
        ...
