"""Browser to browser: the server only says which STUN and TURN servers there are."""

from collections.abc import Sequence

from examhall.application.ports.meetings import WatchTerms
from examhall.application.views import IceServer
from examhall.domain.errors import ErrorKind, ExamhallError


class PeerToPeer:
    """ICE servers come from the settings. relay_only without a TURN server cannot work, so it is refused."""

    name = "p2p"

    def __init__(self, ice_servers: Sequence[IceServer], *, relay_only: bool = False) -> None:
        if relay_only and not any(_relays(server) for server in ice_servers):
            raise ExamhallError(
                ErrorKind.INVALID,
                "relay_missing",
                "Relay-only live views need a TURN server; name one in the ICE servers, or switch relay-only off.",
            )
        self._terms = WatchTerms(tuple(ice_servers), relay_only)

    async def watch_terms(self, watch_id: str) -> WatchTerms:  # noqa: ARG002 - static for every view
        return self._terms


def _relays(server: IceServer) -> bool:
    return any(url.startswith(("turn:", "turns:")) for url in server.urls)
