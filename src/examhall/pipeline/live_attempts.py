"""The owner of every running attempt on this server: opens sessions, ticks them, puts them away."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from examhall.application.ports.attempt_store import AttemptRecord
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
from examhall.application.ports.vision import PoolHealth
from examhall.domain.attempt import AttemptState
from examhall.domain.check_in import CheckInStep, CheckInView
from examhall.domain.errors import ExamhallError
from examhall.domain.frame_header import FrameMessage
from examhall.pipeline.log_context import about
from examhall.pipeline.request_page import RequestPage
from examhall.pipeline.sampling import SamplingController
from examhall.pipeline.session import AttemptSession, SessionRetired
from examhall.pipeline.session_start import open_session
from examhall.pipeline.world import World

TICK_S = 1.0
HEARTBEAT_S = 5.0
RETENTION_S = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Running:
    session: AttemptSession
    tasks: tuple[asyncio.Task[None], ...]


class LiveAttemptsService:
    """Implements `LiveAttempts`. `start` after the workers and the database, `stop` before them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._running: dict[str, _Running] = {}
        self._opening = asyncio.Lock()
        self._sampling = SamplingController()
        self._tasks: list[asyncio.Task[None]] = []

    # ---- the life of the service -----------------------------------------------------------------

    async def start(self) -> None:
        last_beat = await self._world.store.last_beat()
        await self._world.clock_watch.recover()
        for record in await self._world.store.attempts_running():
            await self._take_up(record, last_beat)
        self._tasks = [
            self._supervised("clock", self._every(TICK_S, self._expire_due)),
            self._supervised("heartbeat", self._every(HEARTBEAT_S, self._world.clock_watch.beat)),
            self._supervised("sampling", self._every(TICK_S, self._sample)),
            self._supervised("housekeeping", self._every(TICK_S, self._tidy)),
            self._supervised("retention", self._every(RETENTION_S, self._world.biometrics.delete_due)),
        ]

    async def drain(self) -> None:
        """Tell the pages to come back a little later, while their sockets still stand."""
        exams = {running.session.record.exam_id for running in self._running.values()}
        topics = [f"attempt/{attempt_id}" for attempt_id in self._running]
        for topic in [*topics, *(f"exam/{exam_id}" for exam_id in exams)]:
            await self._world.bus.publish(topic, "come_back")
        await asyncio.sleep(0)  # let them write it

    async def stop(self) -> None:
        await _cancel(self._tasks)
        for attempt_id in list(self._running):
            await self._put_away(attempt_id)
        await self._world.clock_watch.beat()

    @property
    def running(self) -> frozenset[str]:
        """The attempts that are looked after now."""
        return frozenset(self._running)

    # ---- LiveAttempts ----------------------------------------------------------------------------

    async def enter(self, attempt_id: str, page: PageLink) -> None:
        while True:
            try:
                await (await self._session(attempt_id)).enter(page)
            except SessionRetired:
                continue  # it is no longer in the table: the next look-up opens a new one
            return

    async def leave(self, attempt_id: str, page: PageLink) -> None:
        running = self._running.get(attempt_id)
        if running is not None:
            await running.session.leave(page)

    async def show_up(self, attempt_id: str, instance_id: str) -> None:
        session = await self._session(attempt_id)
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
        health = self._world.vision.health()
        return LoadView(self._sampling.interval_s, health.busy_ratio, health.ready)

    # ---- sessions --------------------------------------------------------------------------------

    async def _session(self, attempt_id: str) -> AttemptSession:
        running = self._running.get(attempt_id)
        if running is not None:
            return running.session
        async with self._opening:
            running = self._running.get(attempt_id)
            if running is None:
                running = self._run(await open_session(self._world, attempt_id))
                self._running[attempt_id] = running
            return running.session

    def _run(self, session: AttemptSession) -> _Running:
        attempt_id = session.record.id
        tasks = (
            self._supervised("frames", session.frames.run, attempt_id=attempt_id),
            self._supervised("sounds", session.sounds.run, attempt_id=attempt_id),
            self._supervised("evidence", session.evidence.run, attempt_id=attempt_id),
            self._supervised("ticks", self._every(TICK_S, session.tick), attempt_id=attempt_id),
            self._supervised("changes", lambda: self._follow(attempt_id, session), attempt_id=attempt_id),
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

    async def _take_up(self, record: AttemptRecord, last_beat: int | None) -> None:
        """After a restart: its page is not here yet, and what happened meanwhile was not seen."""
        session = await self._session(record.id)
        await session.came_back()
        if record.state is AttemptState.LIVE and last_beat is not None:
            await session.say_gap(last_beat, self._world.clock.now_ms())

    async def _put_away(self, attempt_id: str) -> None:
        running = self._running.pop(attempt_id)
        try:
            async with asyncio.timeout(2.0):
                await running.session.evidence.drained()
        except TimeoutError:
            log.warning("evidence_not_drained", attempt_id=attempt_id)
        async with running.session.between_turns:
            await _cancel(running.tasks)
        await running.session.save()

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
                await self._put_away(attempt_id)

    # ---- tasks -----------------------------------------------------------------------------------

    def _supervised(self, name: str, run: Callable[[], Awaitable[None]], **ids: str) -> asyncio.Task[None]:
        return asyncio.create_task(self._keep_running(name, run), name=f"live-{name}", context=about(**ids))

    async def _keep_running(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """A task that fails is logged, counted and begun again: one bad moment must not end an exam."""
        while True:
            try:
                await run()
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


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
