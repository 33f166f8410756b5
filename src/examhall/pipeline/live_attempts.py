"""The owner of every running attempt on this server: opens sessions, ticks them, puts them away."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from examhall.application.lifecycle import ended
from examhall.application.peers import Peers
from examhall.application.ports.leases import RENEW_EVERY_S
from examhall.application.ports.live import BandwidthSaid, LoadView, PageEventIn, PageLink
from examhall.application.ports.live_metrics import (
    ATTEMPTS_RUNNING,
    EVIDENCE_WAITING,
    FRAMES_REFUSED,
    FRAMES_WAITING,
    LANES_RESTING,
    LIVE_TASKS_RESTARTED,
    MAILBOXES_HOLDING,
    OLDEST_WAIT,
    SAMPLING_INTERVAL,
    WORKER_HANGS,
    WORKER_RESTARTS,
    WORKERS_BUSY,
    WORKERS_READY,
)
from examhall.application.ports.servers import SAY_EVERY_S, ServerView
from examhall.application.ports.vision import PoolHealth
from examhall.domain.check_in import CheckInStep, CheckInView
from examhall.domain.errors import ExamhallError
from examhall.domain.frame_header import FrameMessage
from examhall.pipeline.doors import Doors
from examhall.pipeline.handover import GivenUp, Handover, Took
from examhall.pipeline.log_context import about
from examhall.pipeline.request_page import RequestPage
from examhall.pipeline.sampling import SamplingController
from examhall.pipeline.session import AttemptSession, SessionRetired
from examhall.pipeline.session_start import open_session
from examhall.pipeline.world import World

TICK_S = 1.0
HEARTBEAT_S = 5.0
RETENTION_S = 60.0
LEFT_EVERY_S = 2.0
LEFT_AT_ONCE = 50  # taken up in one go, so that several servers share what one left
DRAIN_S = 2.0
DRAIN_QUICKLY_S = 0.3  # another server waits for the attempt

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Running:
    session: AttemptSession
    tasks: tuple[asyncio.Task[None], ...]


class LiveAttemptsService:
    """Implements `LiveAttempts`. `start` after the workers and the database, `stop` before them."""

    def __init__(self, world: World, peers: Peers) -> None:
        self._world = world
        self._handover = Handover(world, peers, self._give_up)
        self._running: dict[str, _Running] = {}
        self._doors = Doors()  # one at a time opens an attempt or puts it away
        self._draining = False
        self._sampling = SamplingController()
        self._tasks: list[asyncio.Task[None]] = []
        self._lost: set[asyncio.Task[None]] = set()

    # ---- the life of the service -----------------------------------------------------------------

    async def start(self) -> None:
        await self._say()
        if self._world.servers.alone:
            await self._take_up_all()
        else:
            await self._world.clock_watch.beat()
        self._tasks = [
            self._supervised("clock", self._every(TICK_S, self._expire_due)),
            self._supervised("heartbeat", self._every(HEARTBEAT_S, self._world.clock_watch.beat)),
            self._supervised("sampling", self._every(TICK_S, self._sample)),
            self._supervised("housekeeping", self._every(TICK_S, self._tidy)),
            self._supervised("presence", self._every(SAY_EVERY_S, self._say)),
            self._supervised("leases", self._every(RENEW_EVERY_S, self._renew)),
            self._supervised("left", self._every(LEFT_EVERY_S, self._take_up_left)),
            self._supervised("retention", self._every(RETENTION_S, self._world.biometrics.delete_due)),
        ]

    async def drain(self) -> None:
        """Say to the other servers that this one takes nobody any more; the sockets send the pages away."""
        self._draining = True
        await self._say()

    async def stop(self) -> None:
        await ended(self._tasks)
        # Side by side: each may wait for a store that is slow.
        await asyncio.gather(*(self._put_away(attempt_id) for attempt_id in list(self._running)))
        await self._world.clock_watch.beat()
        await self._world.servers.leave()

    @property
    def running(self) -> frozenset[str]:
        """The attempts that are looked after now."""
        return frozenset(self._running)

    # ---- LiveAttempts ----------------------------------------------------------------------------

    async def enter(self, attempt_id: str, page: PageLink) -> None:
        while True:
            try:
                await (await self._session(attempt_id, page.instance_id)).enter(page)
            except SessionRetired:
                continue  # it is no longer in the table: the next look-up opens a new one
            return

    async def leave(self, attempt_id: str, page: PageLink) -> None:
        running = self._running.get(attempt_id)
        if running is not None:
            await running.session.leave(page)

    async def show_up(self, attempt_id: str, instance_id: str) -> None:
        session = await self._session(attempt_id, instance_id)
        held = session.page
        if held is not None and held.instance_id == instance_id:
            if isinstance(held, RequestPage):
                held.heard()
            return
        await self.enter(attempt_id, RequestPage(instance_id, self._world.clock))

    async def take_frame(self, attempt_id: str, frame: FrameMessage) -> None:
        session = await self._session(attempt_id)
        try:
            session.take_frame(frame)
        except ExamhallError as error:
            self._world.metrics.count(FRAMES_REFUSED, code=error.code)
            raise

    async def take_events(self, attempt_id: str, events: Sequence[PageEventIn]) -> dict[str, int]:
        return await (await self._session(attempt_id)).take_events(events)

    async def check_in(self, attempt_id: str, step: CheckInStep | None, *, skip: bool) -> None:
        await (await self._session(attempt_id)).check_in(step, skip=skip)

    async def bandwidth(self, attempt_id: str, said: BandwidthSaid) -> None:
        await (await self._session(attempt_id)).bandwidth(said)

    def check_in_view(self, attempt_id: str) -> CheckInView | None:
        running = self._running.get(attempt_id)
        return None if running is None else running.session.check_in_view

    async def acknowledged_seq(self, attempt_id: str, instance_id: str) -> int:
        async with self._world.store.begin(attempt_id) as tx:
            return await tx.acknowledged_seq(instance_id)

    def page_of(self, attempt_id: str) -> PageLink | None:
        running = self._running.get(attempt_id)
        return running.session.page if running is not None else None

    def sampling_interval_s(self, attempt_id: str) -> float:
        running = self._running.get(attempt_id)
        return running.session.interval_s if running is not None else self._sampling.interval_s

    def load(self) -> LoadView:
        views = {**self._world.servers.seen, self._world.servers.server_id: self._view()}.values()
        slowest = max(views, key=lambda view: (view.sampling_interval_s, view.busy, -view.workers_ready))
        return LoadView(slowest.sampling_interval_s, slowest.busy, slowest.workers_ready)

    # ---- sessions --------------------------------------------------------------------------------

    async def _session(self, attempt_id: str, instance_id: str | None = None) -> AttemptSession:
        """The attempt's session here; taken from another server where one has it, see `Handover.take`."""
        while True:
            running = self._running.get(attempt_id)
            if running is not None and not running.session.retired:
                return running.session
            async with self._doors.through(attempt_id):
                try:
                    return await self._opened(attempt_id, instance_id)
                except SessionRetired:
                    continue  # another server was faster: ask that one

    async def _opened(self, attempt_id: str, instance_id: str | None) -> AttemptSession:
        running = self._running.get(attempt_id)
        if running is not None and not running.session.retired:
            return running.session
        await self._put_away(attempt_id)
        took = await self._handover.take(attempt_id, instance_id)
        return await self._begin(attempt_id, took)

    async def _begin(self, attempt_id: str, took: Took) -> AttemptSession:
        session = await open_session(self._world, attempt_id, took.since)
        self._running[attempt_id] = self._run(session)
        if took.since is not None:
            await session.came_back()
        return session

    async def _give_up(self, attempt_id: str, instance_id: str | None) -> GivenUp:
        """See `Handover`. Attempts that are not here are given up already."""
        running = self._running.get(attempt_id)
        if running is not None and not await running.session.give_up(instance_id):
            return GivenUp.ANOTHER_PAGE
        async with self._doors.through(attempt_id):
            await self._put_away(attempt_id, DRAIN_QUICKLY_S)
        return GivenUp.YES

    def _run(self, session: AttemptSession) -> _Running:
        attempt_id = session.record.id
        tasks = (
            self._supervised("frames", session.frames.run, attempt_id=attempt_id),
            self._supervised("sounds", session.sounds.run, attempt_id=attempt_id),
            self._supervised("evidence", session.evidence.run, attempt_id=attempt_id),
            self._supervised("ticks", self._every(TICK_S, session.tick), attempt_id=attempt_id),
            self._supervised("changes", lambda: self._follow(attempt_id, session), attempt_id=attempt_id),
            self._supervised("lost", lambda: self._stop_when_lost(session), attempt_id=attempt_id),
        )
        return _Running(session, tasks)

    async def _follow(self, attempt_id: str, session: AttemptSession) -> None:
        """Look again whenever somebody changed the attempt."""
        async with self._world.bus.subscribe(f"attempt/{attempt_id}") as changes:
            await session.refresh()
            while True:
                key, _ = await changes.next()
                if key == "state":
                    await session.refresh()

    async def _take_up_all(self) -> None:
        """After a restart: the pages are not here yet, and what happened meanwhile was not seen."""
        last_beat = await self._world.store.last_beat()
        await self._world.clock_watch.recover()
        for record in await self._world.store.attempts_running():
            await self._world.clock_watch.take_over(record.id, gone=False)
            await self._begin(record.id, Took(last_beat))

    async def _take_up_left(self) -> None:
        """The same for what other servers left that are gone."""
        left = list(await self._handover.left())
        random.shuffle(left)
        for record in left[:LEFT_AT_ONCE]:
            async with self._doors.through(record.id):
                if record.id in self._running:
                    continue
                took = await self._handover.take_left(record)
                if took is not None:
                    with contextlib.suppress(SessionRetired):
                        await self._begin(record.id, took)

    async def _put_away(self, attempt_id: str, drain_s: float = DRAIN_S) -> None:
        running = self._running.pop(attempt_id, None)
        if running is None:
            return
        session = running.session
        if not session.lost.is_set():
            try:
                async with asyncio.timeout(drain_s):
                    await session.evidence.drained()
            except TimeoutError:
                log.warning("evidence_not_drained", attempt_id=attempt_id)
        async with session.between_turns:
            await ended(running.tasks)
        if not session.lost.is_set():
            await session.evidence.write_off()
        await session.save()
        await self._world.leases.release(attempt_id)

    # ---- every second ----------------------------------------------------------------------------

    async def _expire_due(self) -> None:
        await self._world.clock_watch.expire_due()

    async def _sample(self) -> None:
        health = self._world.vision.health()
        interval_s = self._sampling.update(self._world.clock.monotonic_s(), health.busy_ratio)
        self._show(health, interval_s)
        for running in list(self._running.values()):
            await running.session.sample_every(interval_s)

    def _show(self, health: PoolHealth, interval_s: float) -> None:
        metrics = self._world.metrics
        metrics.set(ATTEMPTS_RUNNING, len(self._running))
        metrics.set(SAMPLING_INTERVAL, interval_s)
        metrics.set(WORKERS_READY, health.ready)
        metrics.set(WORKERS_BUSY, health.busy_ratio)
        metrics.set(WORKER_RESTARTS, health.restarts)
        metrics.set(FRAMES_WAITING, health.waiting)
        metrics.set(OLDEST_WAIT, health.oldest_wait_ms)
        metrics.set(WORKER_HANGS, health.hangs)
        metrics.set(LANES_RESTING, health.resting)
        sessions = [running.session for running in self._running.values()]
        metrics.set(MAILBOXES_HOLDING, sum(session.frames.holds_one for session in sessions))
        metrics.set(EVIDENCE_WAITING, sum(session.evidence.waiting for session in sessions))

    async def _tidy(self) -> None:
        for attempt_id, running in list(self._running.items()):
            page = running.session.page
            if isinstance(page, RequestPage) and page.silent:
                await running.session.leave(page)
            if running.session.idle and await running.session.retire():
                await self._put_away_retired(attempt_id)

    async def _put_away_retired(self, attempt_id: str) -> None:
        async with self._doors.through(attempt_id):
            running = self._running.get(attempt_id)
            if running is not None and running.session.retired:
                await self._put_away(attempt_id)

    async def _stop_when_lost(self, session: AttemptSession) -> None:
        """At once, so that nothing more is looked at twice. Its own task must not be the one that ends it."""
        await session.lost.wait()
        self._lost.add(task := asyncio.create_task(self._put_away_retired(session.record.id)))
        task.add_done_callback(self._lost.discard)
        await asyncio.Event().wait()

    async def _say(self) -> None:
        await self._world.servers.say(self._view())

    def _view(self) -> ServerView:
        health = self._world.vision.health()
        return ServerView(
            server_id=self._world.servers.server_id,
            sampling_interval_s=self._sampling.interval_s,
            busy=health.busy_ratio,
            workers_ready=health.ready,
            attempts=len(self._running),
            draining=self._draining,
        )

    async def _renew(self) -> None:
        for attempt_id in await self._handover.lost(list(self._running)):
            running = self._running.get(attempt_id)
            if running is not None:
                log.warning("attempt_lost_to_another_server", attempt_id=attempt_id)
                running.session.lose()

    # ---- tasks -----------------------------------------------------------------------------------

    def _supervised(self, name: str, run: Callable[[], Awaitable[None]], **ids: str) -> asyncio.Task[None]:
        return asyncio.create_task(self._keep_running(name, run), name=f"live-{name}", context=about(**ids))

    async def _keep_running(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """A task that fails is logged, counted and begun again: one bad moment must not end an exam."""
        while True:
            try:
                await run()
            except ExamhallError as error:  # the store is away or full: no fault of the task's
                self._world.metrics.count(LIVE_TASKS_RESTARTED, task=name)
                log.warning("live_task_waits", task=name, code=error.code)
                await asyncio.sleep(TICK_S)
            except Exception:
                self._world.metrics.count(LIVE_TASKS_RESTARTED, task=name)
                log.exception("live_task_failed", task=name)
                await asyncio.sleep(TICK_S)

    def _every(self, period_s: float, act: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def loop() -> None:
            due_s = self._world.clock.monotonic_s()
            while True:
                await act()
                due_s = max(due_s + period_s, self._world.clock.monotonic_s())
                await asyncio.sleep(max(0.0, due_s - self._world.clock.monotonic_s()))

        return loop
