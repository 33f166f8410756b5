"""Puts the live side together: running attempts, and live views of them."""

from dataclasses import dataclass

from examhall.adapters.meetings.p2p import PeerToPeer
from examhall.application.lifecycle import Part
from examhall.application.ports.live import LiveAttempts
from examhall.application.views import IceServer
from examhall.application.watch import Watches
from examhall.pipeline.live_attempts import LiveAttemptsService
from examhall.pipeline.world import World
from examhall.settings import Settings


@dataclass(frozen=True, slots=True)
class Live:
    """Parts in the order in which they start."""

    attempts: LiveAttempts
    watches: Watches
    parts: tuple[Part, ...]


def build_live(settings: Settings, world: World) -> Live:
    """The workers start before the attempts are taken up, and stop after them."""
    attempts = LiveAttemptsService(world)
    watches = Watches(attempts, _meetings(settings), world.store, world.ids)
    parts = (
        Part("vision", start=world.vision.start, stop=world.vision.stop),
        Part("live", start=attempts.start, drain=attempts.drain, stop=attempts.stop),
    )
    return Live(attempts, watches, parts)


def _meetings(settings: Settings) -> PeerToPeer:
    if not settings.ice_servers:
        return PeerToPeer((), relay_only=settings.ice_relay_only)
    secret = settings.ice_credential
    server = IceServer(
        urls=settings.ice_servers,
        username=settings.ice_username,
        credential=secret.get_secret_value() if secret else None,
    )
    return PeerToPeer((server,), relay_only=settings.ice_relay_only)
