"""Browser to browser: the server only says which STUN and TURN servers there are."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from examhall.application.ports.clock import Clock
from examhall.application.ports.meetings import (
    Booth,
    Capabilities,
    Media,
    MeetingEvent,
    MeetingJoin,
    Present,
    ProviderName,
    Seat,
    WatchTerms,
    webhook_refused,
)
from examhall.application.views import IceServer
from examhall.domain.errors import ErrorKind, ExamhallError

# Each watcher costs the candidate a whole uplink.
MOST_WATCHERS = 3


@dataclass(frozen=True, slots=True)
class TurnSecret:
    """What coturn calls `static-auth-secret`: credentials are made with it for `lasts_s`."""

    secret: str = field(repr=False)
    lasts_s: float


class PeerToPeer:
    """ICE servers come from the settings. relay_only without a TURN server cannot work, so it is refused."""

    name: ProviderName = "p2p"
    capabilities = Capabilities(
        signalled=True, mute=False, remove=False, presence=False, webhooks=False, most_watchers=MOST_WATCHERS
    )
    page_origins = ()

    def __init__(
        self,
        ice_servers: Sequence[IceServer],
        clock: Clock,
        *,
        turn_secret: TurnSecret | None = None,
        relay_only: bool = False,
    ) -> None:
        if relay_only and not any(_relays(url) for server in ice_servers for url in server.urls):
            raise ExamhallError(
                ErrorKind.INVALID,
                "relay_missing",
                "Relay-only live views need a TURN server; name one in the ICE servers, or switch relay-only off.",
            )
        self._servers = tuple(ice_servers)
        self._clock = clock
        self._turn_secret = turn_secret
        self._relay_only = relay_only

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def health(self) -> None:
        """There is nothing that could be down: pages connect to each other."""

    async def watch_terms(self, watch_id: str) -> WatchTerms:
        return WatchTerms(self._ice_servers(watch_id)[0], self._relay_only)

    async def ensure(self, booth: Booth) -> None:
        """A live view needs no place."""

    async def close(self, booth: Booth) -> None:
        """Live views end with their watches."""

    async def issue(self, booth: Booth, seat: Seat) -> MeetingJoin:  # noqa: ARG002 - the same in every booth
        servers, expires_at = self._ice_servers(seat.participant_id)
        return MeetingJoin(
            "p2p",
            seat.participant_id,
            expires_at=expires_at,
            ice_servers=servers,
            relay_only=self._relay_only,
        )

    async def refresh(self, booth: Booth, seat: Seat) -> MeetingJoin:
        return await self.issue(booth, seat)

    async def talk(self, booth: Booth, participant_id: str, *, talking: bool) -> None:
        """The proctor's page sends its sound by itself."""

    async def mute(self, booth: Booth, participant_id: str, media: Media) -> None:
        """Not from here; see the capabilities."""

    async def remove(self, booth: Booth, participant_id: str) -> None:
        """Not from here; see the capabilities."""

    async def present(self, booth: Booth) -> tuple[Present, ...]:  # noqa: ARG002 - nobody tells
        return ()

    async def booths(self) -> tuple[Booth, ...]:
        return ()

    async def verify_webhook(
        self,
        headers: Mapping[str, str],  # noqa: ARG002 - nobody reports
        body: bytes,  # noqa: ARG002
    ) -> tuple[MeetingEvent, ...]:
        raise webhook_refused("peer to peer has no provider that could report")

    def _ice_servers(self, peer_id: str) -> tuple[tuple[IceServer, ...], int | None]:
        """The servers for one peer, and when their credentials end (ms since the epoch)."""
        if self._turn_secret is None:
            return self._servers, None
        expires_s = self._clock.wall_ms() // 1000 + round(self._turn_secret.lasts_s)
        username, credential = turn_credentials(self._turn_secret.secret, peer_id, expires_s)
        dressed = tuple(
            IceServer(server.urls, username, credential) if any(map(_relays, server.urls)) else server
            for server in self._servers
        )
        return dressed, expires_s * 1000


def turn_credentials(secret: str, peer_id: str, expires_s: int) -> tuple[str, str]:
    """User name and password that a TURN server with the same secret takes until `expires_s` (s since the epoch).

    The scheme of draft-uberti-behave-turn-rest-00, which coturn has as `use-auth-secret`: the name is
    "expiry:id", the password base64(HMAC-SHA1(secret, name)).
    """
    username = f"{expires_s}:{peer_id}"
    mac = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(mac).decode()


def _relays(url: str) -> bool:
    return url.startswith(("turn:", "turns:"))
