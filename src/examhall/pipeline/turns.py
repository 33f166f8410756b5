"""The turns of an attempt: its rules, incidents and clock change in one transaction.

While the store is away or full, the rules go on with what is seen, and what they said is owed to the store.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from examhall.application.journal import Entry
from examhall.application.ports.attempt_store import AttemptRecord, AttemptTx, PageEventRecord
from examhall.application.ports.live import PageEventIn
from examhall.application.ports.live_metrics import (
    INCIDENTS,
    LIVE_COMMITS_FAILED,
    OBSERVATIONS_HELD,
    OBSERVATIONS_LOST,
    PAGE_EVENTS,
    PAGE_EVENTS_LATE,
    SHADOW_INCIDENTS,
    SHADOW_SECONDS,
    TURN_TIME,
)
from examhall.domain.attempt import OVER
from examhall.domain.camera_device import virtual_score
from examhall.domain.errors import ExamhallError
from examhall.domain.incident import IncidentChanged, IncidentStep
from examhall.domain.observation import CameraDeviceObserved, Observation, PageEventObserved, TimePassed
from examhall.domain.policy import Policy, is_shadow
from examhall.domain.rules.codec import state_to_json
from examhall.domain.rules.engine import RulesState, close_all, step
from examhall.pipeline.attempt_clock import AttemptClock
from examhall.pipeline.attempt_record import with_sharing
from examhall.pipeline.incident_book import IncidentBook, OpenedIncident
from examhall.pipeline.observation_log import ObservationLog
from examhall.pipeline.world import World

FLUSH_EVERY_S = 1.0
STATE_EVERY_S = 5.0  # also how long observations wait at most

log = structlog.get_logger(__name__)

Write = Callable[[AttemptTx], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Said:
    """What one turn brings: the rules' next state, and what to write."""

    state: RulesState
    changes: Sequence[IncidentChanged]


@dataclass(frozen=True, slots=True)
class Taken:
    """acked: the highest contiguous seq of each page load; opened: incidents that the events opened."""

    acked: dict[str, int]
    opened: Sequence[OpenedIncident]


class Turns:
    """One at a time. What a page asks for is done or refused as a whole; what is seen is never forgotten for a
    store that is away, but written with the next turn that can.

    `record`, `policy` and `epoch` are what the session last read; `lost` is called when somebody newer owns
    the attempt.
    """

    def __init__(
        self,
        world: World,
        clock: AttemptClock,
        record: AttemptRecord,
        policy: Policy,
        rules: RulesState,
        lost: Callable[[], None],
    ) -> None:
        self._world = world
        self._clock = clock
        self._rules = rules
        self._lost = lost
        self._log = ObservationLog()
        self._something_seen = self._held = False
        self._book = IncidentBook(clock, world.ids)
        self._flushed_at_s = self._saved_at_s = clock.now_s()
        self._shadow_s: dict[str, float] = {}  # held so far, by incident key
        self._owed: list[IncidentChanged] = []  # said, and not yet written
        self.record = record
        self.policy = policy
        self.epoch = record.epoch
        self.lock = asyncio.Lock()

    @property
    def rules(self) -> RulesState:
        return self._rules

    # ---- what changes the rules ------------------------------------------------------------------

    async def observe(self, seen: Sequence[Observation]) -> Sequence[OpenedIncident]:
        """Let the rules see this; write what must be written. Never raises for a store that fails: what cannot be
        written is owed."""
        async with self.lock:
            said = self._think(seen)
            if not self._must_write(said, seen):
                self._rules = said.state
                self._count_lost(self._log.add(seen))
                return ()
            try:
                opened = await self._commit(said, seen)
            except ExamhallError as error:
                owes = error.code != "stale_owner"
                self._refused(error, 0 if owes else len(seen))
                return self._owe(said, seen) if owes else ()
        return opened

    async def settle(self) -> Sequence[OpenedIncident]:
        """Write what is owed; raises what the store raises."""
        async with self.lock:
            return await self._commit(_Said(self._rules, ()), ()) if self._owed else ()

    def _owe(self, said: _Said, seen: Sequence[Observation]) -> Sequence[OpenedIncident]:
        self._rules = said.state
        self._flushed_at_s = self._clock.now_s()  # the next try is due then, not with every picture
        self._count_lost(self._log.add(seen))
        for change in said.changes:
            if change.step is IncidentStep.EXTENDED:  # the newest says it all
                self._owed = [c for c in self._owed if not _says_less(c, change)]
            self._owed.append(change)
        return self._book.foretell(self._shown(said.changes))

    async def observe_and(self, write: Write, seen: Sequence[Observation]) -> Sequence[OpenedIncident]:
        """As `observe`, with something more in the same transaction; raises what the store raises."""
        async with self.lock:
            try:
                return await self._commit(self._think(seen), seen, more=write, whole=True)
            except ExamhallError as error:
                self._refused(error, 0)
                raise

    async def take_events(self, events: Sequence[PageEventIn]) -> Taken:
        """See `LiveAttempts.take_events`; raises what the store raises."""
        over = self.record.state in OVER
        async with self.lock:
            try:
                async with self._world.store.begin(self.record.id, epoch=self.epoch) as tx:
                    fresh = [event for event in events if await self._take_event(tx, event, over=over)]
                    if fresh:
                        await tx.log(Entry.PAGE_EVENTS, _events_line(fresh))
                    seen = [one for event in fresh for one in self._told_by(event)]
                    said = self._think([] if over else seen)
                    sharing = with_sharing(tx.attempt, [event.kind for event in fresh])
                    if sharing != tx.attempt:
                        await tx.save_attempt(sharing)
                    opened = await self._write(tx, said, seen)
                    acked = {e.instance_id: await tx.acknowledged_seq(e.instance_id) for e in events}
                    record = tx.attempt
            except ExamhallError as error:
                self._refused(error, 0)
                raise
            self.record = record
            self._settle(said)
        self._world.metrics.count(PAGE_EVENTS, len(fresh), taken="first")
        self._world.metrics.count(PAGE_EVENTS, len(events) - len(fresh), taken="again")
        self._world.metrics.count(PAGE_EVENTS_LATE, sum(event.late for event in fresh))
        return Taken(acked, opened)

    async def close_all(self) -> bool:
        """The attempt is over: what is open closes now. False when the store refused."""
        async with self.lock:
            state, changes = close_all(self._rules, self._clock.now_s())
            return await self._commit_or_refuse(_Said(state, changes))

    async def save(self) -> None:
        """Write everything that is known."""
        async with self.lock:
            await self._commit_or_refuse(_Said(self._rules, ()))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AttemptTx]:
        """A turn for something that the rules do not see."""
        async with self.lock, self._world.store.begin(self.record.id, epoch=self.epoch) as tx:
            yield tx
            self.record = tx.attempt

    # ---- one turn --------------------------------------------------------------------------------

    def _think(self, seen: Sequence[Observation]) -> _Said:
        state = self._rules
        changes: list[IncidentChanged] = []
        began_s = time.perf_counter()
        for one in seen:
            state, more = step(state, one, self.policy)
            changes.extend(more)
        self._took("rules", began_s)
        return _Said(state, changes)

    def _took(self, stage: str, began_s: float) -> None:
        """For the metrics alone: nothing is decided by it."""
        self._world.metrics.observe(TURN_TIME, (time.perf_counter() - began_s) * 1000, stage=stage)

    def _must_write(self, said: _Said, seen: Sequence[Observation]) -> bool:
        """See docs/decisions/0015-what-is-seen-is-stored-within-a-second.md."""
        waited_s = self._clock.now_s() - self._flushed_at_s
        self._something_seen = self._something_seen or any(not isinstance(one, TimePassed) for one in seen)
        if said.changes or waited_s >= STATE_EVERY_S:
            return True
        if waited_s < FLUSH_EVERY_S or not (self._something_seen or self._owed):
            return False
        # Nobody waits for an observation; for an event, an incident or somebody who joins there is somebody.
        waits = self._world.store.out_of_breath and not self._owed
        if waits and not self._held:
            self._held = True
            self._world.metrics.count(OBSERVATIONS_HELD)
        return not waits

    async def _commit_or_refuse(self, said: _Said) -> bool:
        try:
            await self._commit(said, (), whole=True)
        except ExamhallError as error:
            self._refused(error, 0)
            return False
        return True

    async def _commit(
        self, said: _Said, seen: Sequence[Observation], *, more: Write | None = None, whole: bool = False
    ) -> Sequence[OpenedIncident]:
        began_s = time.perf_counter()
        async with self._world.store.begin(self.record.id, epoch=self.epoch) as tx:
            if more is not None:
                await more(tx)
            opened = await self._write(tx, said, seen, whole=whole)
            record = tx.attempt
        self._took("transaction", began_s)
        self.record = record
        self._settle(said)
        return opened

    async def _write(
        self, tx: AttemptTx, said: _Said, seen: Sequence[Observation], *, whole: bool = False
    ) -> Sequence[OpenedIncident]:
        """Incidents, observations, clock and (when due) the rules' state, into one transaction."""
        changes = [*self._owed, *said.changes]
        opened = await self._book.write(tx, self._shown(changes), self.policy)
        batch = self._log.batch_with(seen)
        if batch is not None:
            await tx.add_observations(batch.from_s, batch.to_s, batch.lines)
        now_s = self._clock.now_s()
        record = replace(tx.attempt, clock_base_s=now_s, saved_at=self._clock.now_ms())
        if whole or changes or now_s - self._saved_at_s >= STATE_EVERY_S:
            record = replace(record, rules_state=state_to_json(said.state))
            self._saved_at_s = now_s
        await tx.save_attempt(record, tell=False)
        return opened

    def _settle(self, said: _Said) -> None:
        """The transaction is through: what was said is so."""
        self._rules = said.state
        self._log.clear()
        self._something_seen = self._held = False
        self._book.written()
        self._flushed_at_s = self._clock.now_s()
        changes, self._owed = [*self._owed, *said.changes], []
        for change in changes:
            self._count(change)

    def _shown(self, changes: Sequence[IncidentChanged]) -> list[IncidentChanged]:
        return [change for change in changes if not is_shadow(self.policy, change.incident.signal)]

    def _count(self, change: IncidentChanged) -> None:
        metrics, incident = self._world.metrics, change.incident
        if not is_shadow(self.policy, incident.signal):
            metrics.count(INCIDENTS, step=change.step.value, signal=incident.signal.value)
            return
        # Known keys come again: as a repeated opening, and closed anew after each extension.
        if incident.key not in self._shadow_s:
            metrics.count(SHADOW_INCIDENTS, signal=incident.signal.value)
        counted_s = self._shadow_s.setdefault(incident.key, 0.0)
        held_s = incident.last_seen_at_s - incident.began_at_s
        if change.step is IncidentStep.CLOSED and held_s > counted_s:
            metrics.count(SHADOW_SECONDS, held_s - counted_s, signal=incident.signal.value)
            self._shadow_s[incident.key] = held_s

    async def _take_event(self, tx: AttemptTx, event: PageEventIn, *, over: bool) -> bool:
        return await tx.take_event(
            PageEventRecord(
                attempt_id=self.record.id,
                instance_id=event.instance_id,
                seq=event.seq,
                kind=event.kind,
                page_ms=event.page_ms,
                late=event.late or over,
                body={"occurred_at": event.occurred_at},
                received_at=self._world.clock.now_ms(),
            )
        )

    def _told_by(self, event: PageEventIn) -> list[Observation]:
        """Of the camera only a score is kept, never its label."""
        at_s = self._clock.now_s()
        seen: list[Observation] = [PageEventObserved(at_s, event.kind, event.late)]
        if event.device is not None:
            judged = virtual_score(event.device.label, event.device.controls)
            seen.append(CameraDeviceObserved(at_s, judged.score, judged.reasons))
        return seen

    def _refused(self, error: ExamhallError, lost: int) -> None:
        self._world.metrics.count(LIVE_COMMITS_FAILED, code=error.code)
        self._count_lost(lost)
        log.warning("live_commit_failed", attempt_id=self.record.id, code=error.code)
        if error.code == "stale_owner":
            self._lost()

    def _count_lost(self, count: int) -> None:
        if count:
            self._world.metrics.count(OBSERVATIONS_LOST, count)


def _says_less(owed: IncidentChanged, newer: IncidentChanged) -> bool:
    return owed.step is IncidentStep.EXTENDED and owed.incident.key == newer.incident.key


def _events_line(events: Sequence[PageEventIn]) -> dict[str, object]:
    """One line of the chained log for what came in one message."""
    told = [
        {
            "instance_id": one.instance_id,
            "seq": one.seq,
            "kind": one.kind.value,
            "occurred_at": one.occurred_at,
            "late": one.late,
        }
        for one in events
    ]
    return {"count": len(events), "events": told}
