"""The port to whoever carries live picture and sound between a candidate and a proctor."""

from dataclasses import dataclass
from typing import Protocol

from examhall.application.views import IceServer


@dataclass(frozen=True, slots=True)
class WatchTerms:
    """What both ends of a live view need before they start talking to each other.

    relay_only: peers must hide their addresses behind the relay servers.
    """

    ice_servers: tuple[IceServer, ...]
    relay_only: bool


class MeetingProvider(Protocol):
    @property
    def name(self) -> str:
        """As in the API: `p2p`."""
        ...

    async def watch_terms(self, watch_id: str) -> WatchTerms:
        """Terms of one live view; credentials in them may be short-lived."""
        ...
