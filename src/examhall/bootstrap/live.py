"""Puts the live side together: running attempts, live views of them, and the meeting provider."""

from dataclasses import dataclass

from examhall.application.lifecycle import Part
from examhall.application.meetings import Meetings
from examhall.application.pages import Pages
from examhall.application.peers import Peers
from examhall.application.ports.live import LiveAttempts
from examhall.application.ports.reports import TakenReports
from examhall.application.watch import Watches
from examhall.bootstrap.meetings import build_provider
from examhall.pipeline.live_attempts import LiveAttemptsService
from examhall.pipeline.world import World
from examhall.settings import Settings


@dataclass(frozen=True, slots=True)
class Live:
    """Parts in the order in which they start."""

    attempts: LiveAttempts
    meetings: Meetings
    watches: Watches
    parts: tuple[Part, ...]


def build_live(settings: Settings, world: World, peers: Peers, reports: TakenReports) -> Live:
    """The workers start before the attempts are taken up, and stop after them."""
    attempts = LiveAttemptsService(world, peers)
    provider = build_provider(settings, world.clock)
    pages = Pages(attempts, world.store, world.servers, peers)
    watches = Watches(pages, provider, world.store, world.ids, world.servers, peers)
    meetings = Meetings(provider, world.store, pages, watches, reports, world.metrics, world.clock)
    parts = (
        Part("vision", start=world.vision.start, stop=world.vision.stop),
        Part("watches", start=watches.start, stop=watches.stop),
        Part("meetings", start=meetings.start, stop=meetings.stop),
        Part("live", start=attempts.start, drain=attempts.drain, stop=attempts.stop),
    )
    return Live(attempts, meetings, watches, parts)
