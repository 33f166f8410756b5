"""Puts together how this server meets the others: alone in memory, or through Redis by its URL."""

from dataclasses import dataclass

from examhall.adapters.bus.alone import AloneServers, MemoryLeases
from examhall.adapters.bus.counted import CountedBus
from examhall.adapters.bus.memory import MemoryBus
from examhall.adapters.bus.redis import RedisBus
from examhall.adapters.bus.redis_leases import RedisLeases
from examhall.adapters.bus.redis_link import redis_at
from examhall.adapters.bus.redis_servers import RedisServers
from examhall.application.lifecycle import HealthCheck, Part
from examhall.application.peers import Peers
from examhall.application.ports.bus import Bus
from examhall.application.ports.clock import Ids
from examhall.application.ports.leases import Leases
from examhall.application.ports.metrics import Metrics
from examhall.application.ports.servers import Servers
from examhall.settings import Settings


@dataclass(frozen=True, slots=True)
class Neighbours:
    """parts: in the order in which they start, before whatever speaks to others."""

    bus: Bus
    leases: Leases
    servers: Servers
    peers: Peers
    parts: tuple[Part, ...] = ()
    checks: tuple[HealthCheck, ...] = ()


def build_neighbours(settings: Settings, ids: Ids, metrics: Metrics) -> Neighbours:
    """A server id is made anew with every start: who starts again is another one."""
    server_id = ids.new_id()
    if settings.redis_url is None:
        bus, servers = CountedBus(MemoryBus(), metrics), AloneServers(server_id)
        return Neighbours(bus, MemoryLeases(), servers, Peers(bus, servers, ids))
    url = settings.redis_url.get_secret_value()
    client = redis_at(url)
    shared, others = RedisBus(redis_at(url), server_id, metrics), RedisServers(client, server_id)
    bus = CountedBus(shared, metrics)
    peers = Peers(bus, others, ids)
    return Neighbours(
        bus,
        RedisLeases(client, server_id),
        others,
        peers,
        parts=(
            Part("redis", stop=client.aclose),
            Part("bus", start=shared.start, stop=shared.stop),
            Part("peers", start=peers.start, stop=peers.stop),
        ),
        # Not vital: without it each server goes on by itself.
        checks=(HealthCheck("redis", shared.check, vital=False),),
    )
