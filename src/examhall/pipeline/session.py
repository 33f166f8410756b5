"""One attempt while it runs: the only writer of its rules' state, its incidents and its clock."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from examhall.application.attempts import BY_POLICY
from examhall.application.journal import Entry
from examhall.application.ports.attempt_store import AttemptRecord, AttemptTx, EvidenceRecord
from examhall.application.ports.live import BandwidthSaid, Farewell, PageEventIn, PageLink, SamplingNotice
from examhall.application.ports.live_metrics import UNSEEN_SECONDS
from examhall.domain.attempt import OVER, AttemptState
from examhall.domain.check_in import CheckInStep, CheckInView
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.frame_header import FrameKind, FrameMessage
from examhall.domain.listening import listens
from examhall.domain.observation import (
    BandwidthChanged,
    ConnectionChanged,
    Observation,
    SamplingChanged,
    SecondDeviceObserved,
    SpeechObserved,
    TimePassed,
    WatchChanged,
)
from examhall.domain.policy import Policy
from examhall.domain.recording import Span
from examhall.domain.rules.engine import ContentMode, RulesState, effective_policy
from examhall.pipeline.attempt_clock import AttemptClock
from examhall.pipeline.attempt_record import bandwidth_line, with_bandwidth
from examhall.pipeline.check_in.run import CheckInRun
from examhall.pipeline.evidence_keeper import EvidenceKeeper, evidence_lines
from examhall.pipeline.frame_door import let_in
from examhall.pipeline.frame_watch import FrameWatch
from examhall.pipeline.handover import second_device
from examhall.pipeline.incident_book import OpenedIncident
from examhall.pipeline.sound_watch import SoundWatch
from examhall.pipeline.turns import Turns, Write
from examhall.pipeline.world import World

PING_WITHIN_S = 2.0

log = structlog.get_logger(__name__)


class SessionRetired(Exception):
    """This session was put away between looking it up and using it."""


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
        self._content_mode = content_mode
        self._clock = AttemptClock(world.clock, record.clock_base_s)
        policy = effective_policy(policy, content_mode)
        self._turns = Turns(world, self._clock, record, policy, rules, self.lose)
        self._door = asyncio.Lock()
        self._page: PageLink | None = None
        self._owned = True
        self._retired = False
        self._all_closed = False
        self._unseen: Span | None = None  # what the log does not say yet
        self.lost = asyncio.Event()
        self._evidence = EvidenceKeeper(
            record.id, self._clock, world.ids, world.evidence, world.metrics, self._write_evidence
        )
        self._check_in = CheckInRun(world, self._clock, self)
        self._frames = FrameWatch(world, self._clock, self, self._check_in)
        self._sounds = SoundWatch(world, self._clock, self)
        self._interval_s = policy.scan.interval_s

    # ---- what others may see ---------------------------------------------------------------------

    @property
    def record(self) -> AttemptRecord:
        return self._turns.record

    @property
    def policy(self) -> Policy:
        return self._turns.policy

    @property
    def rules(self) -> RulesState:
        return self._turns.rules

    @property
    def page(self) -> PageLink | None:
        return self._page

    @property
    def watching(self) -> bool:
        """Whether pictures are searched and incidents opened."""
        return self.record.state is AttemptState.LIVE

    @property
    def idle(self) -> bool:
        """Nobody is here and nothing runs: the session can be put away."""
        quiet = self.record.state in OVER or self.record.state is AttemptState.INVITED
        return not self._owned or (self._page is None and quiet)

    @property
    def interval_s(self) -> float:
        """How often the page is asked for a picture; a page that hears nothing learns of bursts here."""
        bursting_s = self._frames.burst_interval_s
        asks = self._page is not None and not self._page.hears
        return bursting_s if asks and bursting_s is not None else self._interval_s

    @property
    def slowed(self) -> bool:
        """Whether the server asks for fewer pictures than the policy would have."""
        return self._interval_s > self.policy.scan.interval_s

    @property
    def between_turns(self) -> asyncio.Lock:
        """Hold it to be sure that nothing is half written."""
        return self._turns.lock

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
                    raise second_device()
                held.part(Farewell.REPLACED)
            self._page = None  # nobody's, should the store refuse
            async with self._turns.lock:
                self._turns.epoch = await self._connect(page.instance_id)
            self._page = page
            await self.refresh()
            await self.observe(ConnectionChanged(self._clock.now_s(), connected=True))

    async def _connect(self, instance_id: str) -> int:
        try:
            connected = await self._world.clock_watch.note_connected(
                self.record.id, instance_id, epoch=self._turns.epoch
            )
        except ExamhallError as error:
            if error.code == "stale_owner":
                self.lose()
                raise SessionRetired from error
            raise
        return connected.epoch

    async def give_up(self, instance_id: str | None) -> bool:
        """Another server's page wants in: let nobody in here any more, unless the page here answers.

        instance_id: of that page; None: no page, only something that came late. See `enter`.
        """
        async with self._door:
            held = self._page
            if held is not None and held.instance_id != instance_id:
                if instance_id is None:
                    return False
                if await held.answers(PING_WITHIN_S):
                    await self.observe(SecondDeviceObserved(self._clock.now_s()))
                    return False
            if held is not None:
                held.part(Farewell.REPLACED)
            self._page = None
            self._retired = True
            return True

    @property
    def retired(self) -> bool:
        """Nobody is let in any more: it was put away, given up or lost."""
        return self._retired

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
            await self._world.clock_watch.note_disconnected(self.record.id, epoch=self._turns.epoch)
            await self.refresh()

    async def recall(self) -> None:
        """Taken up: what was found at check-in counts again."""
        await self._check_in.recall()

    async def came_back(self) -> None:
        """Taken up after a restart: the saved rules may believe that the page is still there."""
        if self._page is None and self.rules.connected:
            await self.observe(ConnectionChanged(self._clock.now_s(), connected=False))

    async def sample_every(self, interval_s: float) -> None:
        """The server's wish; never more often than the policy says."""
        interval_s = max(interval_s, self.policy.scan.interval_s)
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
        encoded = let_in(self.record, frame, self._world.clock.now_ms(), listening=listens(self.policy))
        if encoded.kind is FrameKind.AUDIO:
            self._sounds.put(encoded, frame.captured_at_ms)
        if self.watching and not (encoded.kind is FrameKind.CAMERA and self._frames.between_samples):
            self._evidence.received(encoded)
        if encoded.kind is FrameKind.CAMERA:
            self._frames.put(encoded)

    async def heard(self, seen: SpeechObserved) -> None:
        """A piece of sound was listened to."""
        await self._check_in.heard(seen)
        if self.watching:
            await self.observe(seen)
            self._frames.burst_for_the_lips(seen.at_s)

    async def take_events(self, events: Sequence[PageEventIn]) -> dict[str, int]:
        """See `LiveAttempts.take_events`."""
        if self.record.consented_at is None:
            raise ExamhallError(
                ErrorKind.CONFLICT, "event_not_expected", "No events are taken before consent; keep them."
            )
        taken = await self._turns.take_events(events)
        await self._act(taken.opened)
        return taken.acked

    async def check_in(self, step: CheckInStep | None, *, skip: bool) -> None:
        """See `LiveAttempts.check_in`."""
        await self._check_in.ask(step, skip=skip)
        self._frames.burst_for_the_check()

    @property
    def check_in_view(self) -> CheckInView | None:
        return self._check_in.view

    async def bandwidth(self, said: BandwidthSaid) -> None:
        """See `LiveAttempts.bandwidth`."""
        if with_bandwidth(self.record, said) == self.record:
            return

        async def write(tx: AttemptTx) -> None:
            now = with_bandwidth(tx.attempt, said)
            await tx.save_attempt(now)
            await tx.log(Entry.BANDWIDTH_CHANGED, bandwidth_line(now, said))

        seen = BandwidthChanged(self._clock.now_s(), said.rung)
        await self._act(await self._turns.observe_and(write, [seen]))

    async def observe(self, *seen: Observation) -> None:
        """Let the rules see this. Never raises for a store that fails, see `Turns.observe`."""
        if not self._owned:
            return
        await self._act(await self._turns.observe(seen))

    async def tick(self) -> None:
        """Once a second."""
        await self._say_unseen()
        if self.watching:
            await self.observe(TimePassed(self._clock.now_s()))
        self._evidence.tick()
        await self._check_in.tick(pictures_held=self._frames.holds_one, sound_held=self._sounds.holds_some)
        self._frames.burst_for_the_check()

    async def refresh(self) -> None:
        """Look at the store: somebody may have paused, resumed, ended or changed the attempt."""
        turns, before = self._turns, self.record
        turns.record = await self._world.store.attempt(before.id)
        if self.record.policy_revision_id != before.policy_revision_id:
            policy = await self._world.store.policy(self.record)
            turns.policy = effective_policy(policy, self._content_mode)
        await self._check_in.follow(self.record.state)
        if self.record.state in OVER:
            # Not "became over just now": a turn in between may have read the new state already.
            if not self._all_closed:
                self._all_closed = await turns.close_all()
        elif self.watching != self.rules.watching:
            await self.observe(WatchChanged(self._clock.now_s(), watching=self.watching))

    async def note(self, words: str | None) -> None:
        """Tell the proctor something about how this attempt is looked after; None takes it back."""
        async with self._turns.writing() as tx:
            if tx.attempt.note != words:
                await tx.save_attempt(replace(tx.attempt, note=words))

    async def was_unseen(self, span: Span) -> None:
        """Log that nothing was looked at for a while (the server was away), now or as soon as the store can."""
        self._unseen = span
        await self._say_unseen()

    async def _say_unseen(self) -> None:
        span = self._unseen
        if span is None:
            return
        try:
            async with self._turns.writing() as tx:
                await tx.log(Entry.OBSERVATION_GAP, {"from_at": span.from_ms, "to_at": span.to_ms})
        except ExamhallError as error:
            log.warning("gap_not_said_yet", attempt_id=self.record.id, code=error.code)
            return
        self._unseen = None
        self._world.metrics.count(UNSEEN_SECONDS, (span.to_ms - span.from_ms) / 1000)

    async def save(self) -> None:
        """Write everything that is known; for the end of the server."""
        if self._owned:
            await self._turns.save()

    def lose(self) -> None:
        """Somebody newer owns the attempt: stop."""
        self._owned = False
        self._retired = True
        self.lost.set()
        if self._page is not None:
            self._page.part(Farewell.LOST_OWNERSHIP)

    async def keep_check_in(self, write: Write, *seen: Observation) -> None:
        """What came of the camera check, stored and told to the rules in one. Raises what the store raises."""
        await self._act(await self._turns.observe_and(write, seen))

    async def _act(self, opened: Sequence[OpenedIncident]) -> None:
        for incident in opened:
            if not incident.foretold:
                self._evidence.opened(incident, self.policy)
        for incident in opened:
            if incident.pause and self.watching:
                try:
                    await self._world.attempts.pause(
                        self.record.id, by=BY_POLICY, reason=incident.signal.replace("_", " ")
                    )
                except ExamhallError as error:
                    log.warning("pause_refused", attempt_id=self.record.id, code=error.code)
                await self.refresh()

    async def _write_evidence(self, records: Sequence[EvidenceRecord]) -> None:
        await self._act(await self._turns.settle())  # evidence refers to its incident
        async with self._turns.writing() as tx:
            for record in records:
                await tx.add_evidence(record)
            for entry, lines in evidence_lines(records):
                await tx.log(entry, lines)
