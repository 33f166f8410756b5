"""One attempt while it runs: the only writer of its rules' state, its incidents and its clock."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from examhall.application.attempts import BY_POLICY
from examhall.application.ports.attempt_store import AttemptRecord, AttemptTx, EvidenceRecord, PageEventRecord
from examhall.application.ports.live import Farewell, PageEventIn, PageLink, SamplingNotice
from examhall.application.ports.live_metrics import (
    INCIDENTS,
    LIVE_COMMITS_FAILED,
    OBSERVATIONS_LOST,
    PAGE_EVENTS,
)
from examhall.domain.attempt import OVER, AttemptState
from examhall.domain.check_in import CheckInStep, CheckInView
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.frame_header import FrameKind, FrameMessage
from examhall.domain.incident import IncidentChanged
from examhall.domain.listening import listens
from examhall.domain.observation import (
    ConnectionChanged,
    Observation,
    PageEventObserved,
    SamplingChanged,
    SecondDeviceObserved,
    SpeechObserved,
    TimePassed,
    WatchChanged,
)
from examhall.domain.policy import Policy
from examhall.domain.rules.codec import state_to_json
from examhall.domain.rules.engine import ContentMode, RulesState, close_all, effective_policy, step
from examhall.pipeline.attempt_clock import AttemptClock
from examhall.pipeline.attempt_record import with_sharing
from examhall.pipeline.evidence_keeper import EvidenceKeeper, evidence_lines
from examhall.pipeline.frame_door import let_in
from examhall.pipeline.frame_watch import FrameWatch
from examhall.pipeline.incident_book import IncidentBook, OpenedIncident
from examhall.pipeline.observation_log import ObservationLog
from examhall.pipeline.sound_watch import SoundWatch
from examhall.pipeline.world import World

FLUSH_EVERY_S = 1.0
STATE_EVERY_S = 5.0
PING_WITHIN_S = 2.0

log = structlog.get_logger(__name__)


class SessionRetired(Exception):
    """This session was put away between looking it up and using it."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What one turn brings: the rules' next state, and what to write."""

    state: RulesState
    changes: Sequence[IncidentChanged]


class AttemptSession:
    """Made by `open_session`. Everything that changes the attempt takes its turn (one at a time).

    A turn is one transaction or nothing: when the store refuses, the rules stay where they were.
    """

    def __init__(
        self,
        world: World,
        record: AttemptRecord,
        policy: Policy,
        content_mode: ContentMode,
        rules: RulesState,
    ) -> None:
        self._world = world
        self._record = record
        self._content_mode = content_mode
        self._policy = effective_policy(policy, content_mode)
        self._clock = AttemptClock(world.clock, record.clock_base_s)
        self._rules = rules
        self._epoch = record.epoch
        self._turn = asyncio.Lock()
        self._door = asyncio.Lock()
        self._page: PageLink | None = None
        self._log = ObservationLog()
        self._book = IncidentBook(self._clock, world.ids)
        self._flushed_at_s = self._saved_at_s = self._clock.now_s()
        self._owned = True
        self._retired = False
        self._all_closed = False
        self._evidence = EvidenceKeeper(
            record.id, self._clock, world.ids, world.evidence, world.metrics, self._write_evidence
        )
        self._frames = FrameWatch(world, self._clock, self)
        self._sounds = SoundWatch(world, self._clock, self)
        self._interval_s = self._policy.scan.interval_s

    # ---- what others may see ---------------------------------------------------------------------

    @property
    def record(self) -> AttemptRecord:
        return self._record

    @property
    def policy(self) -> Policy:
        return self._policy

    @property
    def rules(self) -> RulesState:
        return self._rules

    @property
    def page(self) -> PageLink | None:
        return self._page

    @property
    def watching(self) -> bool:
        """Whether pictures are searched and incidents opened."""
        return self._record.state is AttemptState.LIVE

    @property
    def idle(self) -> bool:
        """Nobody is here and nothing runs: the session can be put away."""
        quiet = self._record.state in OVER or self._record.state is AttemptState.INVITED
        return not self._owned or (self._page is None and quiet)

    @property
    def interval_s(self) -> float:
        """How often the page is asked for a picture."""
        return self._interval_s

    @property
    def between_turns(self) -> asyncio.Lock:
        """Hold it to be sure that nothing is half written."""
        return self._turn

    @property
    def frames(self) -> FrameWatch:
        return self._frames

    @property
    def sounds(self) -> SoundWatch:
        return self._sounds

    @property
    def evidence(self) -> EvidenceKeeper:
        return self._evidence

    # ---- pages come and go -----------------------------------------------------------------------

    async def enter(self, page: PageLink) -> None:
        """See `LiveAttempts.enter`. Raises `SessionRetired` when it is put away already."""
        async with self._door:
            if self._retired:
                raise SessionRetired
            held = self._page
            if held is not None and held is not page:
                if held.instance_id != page.instance_id and await held.answers(PING_WITHIN_S):
                    await self.observe(SecondDeviceObserved(self._clock.now_s()))
                    raise _second_device()
                held.part(Farewell.REPLACED)
            self._page = None  # nobody's, should the store refuse
            async with self._turn:
                connected = await self._world.clock_watch.note_connected(self._record.id, page.instance_id)
                self._epoch = connected.epoch
            self._page = page
            await self.refresh()
            await self.observe(ConnectionChanged(self._clock.now_s(), connected=True))

    async def retire(self) -> bool:
        """Let nobody in any more, if nobody is here; the next page gets a new session."""
        async with self._door:
            self._retired = self._retired or (self.idle and self._evidence.at_rest)
            return self._retired

    async def leave(self, page: PageLink) -> None:
        async with self._door:
            if self._page is not page:
                return
            self._page = None
            if not self._owned:
                return
            await self.observe(ConnectionChanged(self._clock.now_s(), connected=False))
            await self._world.clock_watch.note_disconnected(self._record.id, epoch=self._epoch)
            await self.refresh()

    async def came_back(self) -> None:
        """Taken up after a restart: the saved rules may believe that the page is still there."""
        if self._page is None and self._rules.connected:
            await self.observe(ConnectionChanged(self._clock.now_s(), connected=False))

    async def sample_every(self, interval_s: float) -> None:
        """The server's wish; never more often than the policy says."""
        interval_s = max(interval_s, self._policy.scan.interval_s)
        if interval_s == self._interval_s:
            return
        self._interval_s = interval_s
        self._frames.interval_s = interval_s
        await self.observe(SamplingChanged(self._clock.now_s(), interval_s))
        if self._page is not None:
            self._page.tell(SamplingNotice(interval_s))

    # ---- what comes in ---------------------------------------------------------------------------

    def take_frame(self, frame: FrameMessage) -> None:
        """See `LiveAttempts.take_frame`."""
        encoded = let_in(self._record, frame, self._world.clock.now_ms(), listening=listens(self._policy))
        if encoded.kind is FrameKind.AUDIO:
            self._sounds.put(encoded, frame.captured_at_ms)
        if self.watching:
            self._evidence.received(encoded)
        if encoded.kind is FrameKind.CAMERA:
            self._frames.put(encoded)

    async def heard(self, seen: SpeechObserved) -> None:
        """A piece of sound was listened to."""
        if self.watching:
            await self.observe(seen)

    async def take_events(self, events: Sequence[PageEventIn]) -> dict[str, int]:
        """See `LiveAttempts.take_events`."""
        if self._record.consented_at is None:
            raise ExamhallError(
                ErrorKind.CONFLICT, "event_not_expected", "No events are taken before consent; keep them."
            )
        over = self._record.state in OVER
        async with self._turn:
            try:
                async with self._world.store.begin(self._record.id, epoch=self._epoch) as tx:
                    fresh = [event for event in events if await self._take_event(tx, event, over=over)]
                    seen = [PageEventObserved(self._clock.now_s(), event.kind, event.late) for event in fresh]
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
            self._record = record
            self._settle(said, opened)
        self._world.metrics.count(PAGE_EVENTS, len(fresh), taken="first")
        self._world.metrics.count(PAGE_EVENTS, len(events) - len(fresh), taken="again")
        await self._act(opened)
        return acked

    async def check_in(self, step: CheckInStep | None, *, skip: bool) -> None:  # noqa: ARG002
        """See `LiveAttempts.check_in`."""
        raise ExamhallError(
            ErrorKind.CONFLICT, "check_in_not_expected", "The camera check runs before the exam, if at all."
        )

    @property
    def check_in_view(self) -> CheckInView | None:
        return None

    async def observe(self, *seen: Observation) -> None:
        """Let the rules see this; write what must be written. Never raises for a store that fails:
        it is counted, and the rules stay where they were."""
        async with self._turn:
            said = self._think(seen)
            if not self._must_write(said):
                self._rules = said.state
                self._count_lost(self._log.add(seen))
                return
            try:
                async with self._world.store.begin(self._record.id, epoch=self._epoch) as tx:
                    opened = await self._write(tx, said, seen)
                    self._record = tx.attempt
            except ExamhallError as error:
                self._refused(error, len(seen))
                return
            self._settle(said, opened)
        await self._act(opened)

    async def tick(self) -> None:
        """Once a second."""
        if self.watching:
            await self.observe(TimePassed(self._clock.now_s()))
        self._evidence.tick()

    async def refresh(self) -> None:
        """Look at the store: somebody may have paused, resumed, ended or changed the attempt."""
        before = self._record
        self._record = await self._world.store.attempt(before.id)
        if self._record.policy_revision_id != before.policy_revision_id:
            self._policy = effective_policy(await self._world.store.policy(self._record), self._content_mode)
        if self._record.state in OVER:
            # Not "became over just now": a turn in between may have read the new state already.
            if not self._all_closed:
                await self._close_all()
        elif self.watching != self._rules.watching:
            await self.observe(WatchChanged(self._clock.now_s(), watching=self.watching))

    async def note(self, words: str | None) -> None:
        """Tell the proctor something about how this attempt is looked after; None takes it back."""
        async with self._turn, self._world.store.begin(self._record.id, epoch=self._epoch) as tx:
            if tx.attempt.note != words:
                await tx.save_attempt(replace(tx.attempt, note=words))
            self._record = tx.attempt

    async def say_gap(self, from_at: int, to_at: int) -> None:
        """Log that nothing was looked at for a while (the server was away)."""
        async with self._turn, self._world.store.begin(self._record.id, epoch=self._epoch) as tx:
            await tx.log("observation_gap", {"from_at": from_at, "to_at": to_at})

    async def save(self) -> None:
        """Write everything that is known; for the end of the server."""
        if not self._owned:
            return
        async with self._turn:
            said = _Said(self._rules, ())
            try:
                async with self._world.store.begin(self._record.id, epoch=self._epoch) as tx:
                    await self._write(tx, said, (), whole=True)
            except ExamhallError as error:
                self._refused(error, 0)
                return
            self._settle(said, ())

    def lose(self) -> None:
        """Somebody newer owns the attempt: stop."""
        self._owned = False
        if self._page is not None:
            self._page.part(Farewell.LOST_OWNERSHIP)

    # ---- one turn --------------------------------------------------------------------------------

    def _think(self, seen: Sequence[Observation]) -> _Said:
        state = self._rules
        changes: list[IncidentChanged] = []
        for one in seen:
            state, more = step(state, one, self._policy)
            changes.extend(more)
        return _Said(state, changes)

    def _must_write(self, said: _Said) -> bool:
        now_s = self._clock.now_s()
        return bool(said.changes) or now_s - self._flushed_at_s >= FLUSH_EVERY_S

    async def _write(
        self, tx: AttemptTx, said: _Said, seen: Sequence[Observation], *, whole: bool = False
    ) -> list[OpenedIncident]:
        """Incidents, observations, clock and (when due) the rules' state, into one transaction."""
        opened = await self._book.write(tx, said.changes, self._policy)
        batch = self._log.batch_with(seen)
        if batch is not None:
            await tx.add_observations(batch.from_s, batch.to_s, batch.lines)
        now_s = self._clock.now_s()
        record = replace(tx.attempt, clock_base_s=now_s)
        if whole or said.changes or now_s - self._saved_at_s >= STATE_EVERY_S:
            record = replace(record, rules_state=state_to_json(said.state))
            self._saved_at_s = now_s
        await tx.save_attempt(record, tell=False)
        return opened

    def _settle(self, said: _Said, opened: Sequence[OpenedIncident]) -> None:
        """The transaction is through: what was said is so."""
        self._rules = said.state
        self._log.clear()
        self._flushed_at_s = self._clock.now_s()
        for change in said.changes:
            self._world.metrics.count(INCIDENTS, step=change.step.value, signal=change.incident.signal.value)
        for incident in opened:
            self._evidence.opened(incident, self._policy)

    async def _act(self, opened: Sequence[OpenedIncident]) -> None:
        for incident in opened:
            if incident.pause and self.watching:
                try:
                    await self._world.attempts.pause(
                        self._record.id, by=BY_POLICY, reason=incident.signal.replace("_", " ")
                    )
                except ExamhallError as error:
                    log.warning("pause_refused", attempt_id=self._record.id, code=error.code)
                await self.refresh()

    async def _take_event(self, tx: AttemptTx, event: PageEventIn, *, over: bool) -> bool:
        return await tx.take_event(
            PageEventRecord(
                attempt_id=self._record.id,
                instance_id=event.instance_id,
                seq=event.seq,
                kind=event.kind,
                page_ms=event.page_ms,
                late=event.late or over,
                body={"occurred_at": event.occurred_at},
                received_at=self._world.clock.now_ms(),
            )
        )

    async def _close_all(self) -> None:
        """The attempt is over: what is open closes now."""
        async with self._turn:
            state, changes = close_all(self._rules, self._clock.now_s())
            said = _Said(state, changes)
            try:
                async with self._world.store.begin(self._record.id, epoch=self._epoch) as tx:
                    await self._write(tx, said, (), whole=True)
            except ExamhallError as error:
                self._refused(error, 0)
                return
            self._settle(said, ())
            self._all_closed = True

    async def _write_evidence(self, records: Sequence[EvidenceRecord]) -> None:
        async with self._turn, self._world.store.begin(self._record.id, epoch=self._epoch) as tx:
            for record in records:
                await tx.add_evidence(record)
            for entry, lines in evidence_lines(records):
                await tx.log(entry, lines)

    def _refused(self, error: ExamhallError, lost: int) -> None:
        self._world.metrics.count(LIVE_COMMITS_FAILED, code=error.code)
        self._count_lost(lost)
        log.warning("live_commit_failed", attempt_id=self._record.id, code=error.code)
        if error.code == "stale_owner":
            self.lose()

    def _count_lost(self, count: int) -> None:
        if count:
            self._world.metrics.count(OBSERVATIONS_LOST, count)


def _second_device() -> ExamhallError:
    return ExamhallError(
        ErrorKind.CONFLICT,
        "second_device",
        "This exam is open in another page or device, and that one answers. Close it first.",
    )
