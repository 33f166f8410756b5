"""Who of several servers looks after an attempt: how one takes it from another, and notices who is gone.

The lease says whom to ask, the other server applies the rules of who is who, and the epoch in the attempt's row
decides: a server that was not asked, or did not hear it, finds its writes refused and stops.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog

from examhall.application.peers import Json, Peers
from examhall.application.ports.attempt_store import AttemptRecord
from examhall.application.ports.leases import HeldBy
from examhall.application.ports.live_metrics import TAKEN_OVER
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.pipeline.world import World

REACH_AGAIN_S = 0.3  # a server that finds its way back to Redis
LOOKS_GONE = 2  # in a row, before a server that is not seen counts as gone

log = structlog.get_logger(__name__)


class GivenUp(StrEnum):
    """What a server answers that is asked for an attempt."""

    YES = "yes"
    ANOTHER_PAGE = "another_page"  # its page answers, and is not the one that asks


@dataclass(frozen=True, slots=True)
class Took:
    """The attempt is ours. since: when its server was last there, if that is gone; ms since the epoch."""

    since: int | None


GiveUp = Callable[[str, str | None], Awaitable[GivenUp]]


class Handover:
    """One for each server. `give_up` lets an attempt of ours go to a page load (or None) at another server."""

    def __init__(self, world: World, peers: Peers, give_up: GiveUp) -> None:
        self._world = world
        self._peers = peers
        self._give_up = give_up
        self._missed: dict[str, int] = {}  # servers with attempts: looks in a row that did not see them
        peers.on_question("give_up", self._asked)

    @property
    def _us(self) -> str:
        return self._world.servers.server_id

    async def take(self, attempt_id: str, instance_id: str | None) -> Took:
        """Own the attempt, whoever did. instance_id: the page load that wants in, None for none.

        Raises `ExamhallError` `second_device` when another page holds it and answers, `stale_owner` when
        anyone does and no page asks, `attempt_not_found`.
        """
        lease = await self._world.leases.take(attempt_id)
        record = await self._world.store.attempt(attempt_id)
        holder = lease.server_id if isinstance(lease, HeldBy) else record.owner_id
        gone = False
        if holder is not None and holder != self._us:
            answer = await self._ask(holder, attempt_id, instance_id)
            if answer is GivenUp.ANOTHER_PAGE:
                if not isinstance(lease, HeldBy):
                    await self._world.leases.release(attempt_id)
                raise _refused(instance_id)
            gone = answer is None
            await self._world.leases.take(attempt_id, by_force=True)
        if record.owner_id == self._us:
            return Took(None)
        return await self._own(record, gone=gone)

    async def take_left(self, record: AttemptRecord) -> Took | None:
        """Own an attempt whose server is gone; None when another server was faster."""
        if isinstance(await self._world.leases.take(record.id), HeldBy):
            return None
        if (await self._world.store.attempt(record.id)).owner_id != record.owner_id:
            await self._world.leases.release(record.id)
            return None
        return await self._own(record, gone=True)

    async def _own(self, record: AttemptRecord, *, gone: bool) -> Took:
        if record.owner_id is not None:
            self._world.metrics.count(TAKEN_OVER, why="gone" if gone else "asked")
        return Took(await self._world.clock_watch.take_over(record.id, gone=gone))

    async def left(self) -> Sequence[AttemptRecord]:
        """Attempts whose server is gone: twice not seen, and not listening either."""
        servers = self._world.servers
        seen = await servers.look()
        if seen is None:
            self._missed.clear()
            return ()
        found = await self._world.store.attempts_left({*seen, self._us})
        owners = {record.owner_id for record in found if record.owner_id is not None}
        self._missed = {owner: self._missed.get(owner, 0) + 1 for owner in owners}
        gone = {
            owner
            for owner, missed in self._missed.items()
            if servers.alone or (missed >= LOOKS_GONE and not await servers.reachable(owner))
        }
        return [record for record in found if record.owner_id in gone]

    async def lost(self, attempt_ids: Sequence[str]) -> Sequence[str]:
        """Renew the leases; return the attempts that are another server's now."""
        lost = []
        for attempt_id in sorted(await self._world.leases.renew(attempt_ids)):
            if (await self._world.store.attempt(attempt_id)).owner_id == self._us:
                await self._world.leases.take(attempt_id, by_force=True)
            else:
                lost.append(attempt_id)
        return lost

    async def _ask(self, holder: str, attempt_id: str, instance_id: str | None) -> GivenUp | None:
        """None: it is gone, or does not answer."""
        servers = self._world.servers
        if not await servers.reachable(holder):
            if servers.alone:
                return None
            await asyncio.sleep(REACH_AGAIN_S)
            if not await servers.reachable(holder):
                return None
        body = {"attempt_id": attempt_id, "instance_id": instance_id}
        answer = await self._peers.ask(holder, "give_up", body)
        return None if answer is None else GivenUp(str(answer["given_up"]))

    async def _asked(self, sender: str, body: Json) -> Json:
        attempt_id, instance_id = str(body["attempt_id"]), body["instance_id"]
        given_up = await self._give_up(attempt_id, None if instance_id is None else str(instance_id))
        log.info("attempt_asked_for", attempt_id=attempt_id, by=sender, given_up=given_up.value)
        return {"given_up": given_up.value}


def second_device() -> ExamhallError:
    return ExamhallError(
        ErrorKind.CONFLICT,
        "second_device",
        "This exam is open in another page or device, and that one answers. Close it first.",
    )


def _refused(instance_id: str | None) -> ExamhallError:
    if instance_id is not None:
        return second_device()
    return ExamhallError(
        ErrorKind.CONFLICT, "stale_owner", "A newer connection owns this attempt; stop, or connect again."
    )
