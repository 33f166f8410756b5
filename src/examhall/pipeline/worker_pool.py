"""Hands frames to worker processes: newest wins, lanes take turns, a hang is killed, a loss counted.

One asyncio loop owns all state here; nothing is decoded on it. See docs/architecture.md, "Workers".
"""

import asyncio
import contextlib
import logging
import pickle
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from examhall.application.ports.vision import (
    AudioAnalysis,
    AudioJob,
    DropReason,
    FrameAnalysis,
    FrameDropped,
    FrameJob,
    PoolHealth,
)
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.pipeline.busy_meter import BusyMeter
from examhall.pipeline.lanes import LaneFullError, LaneRule, Lanes, WhenFull
from examhall.pipeline.worker_link import WorkerLink, WorkerLostError
from examhall.pipeline.worker_process import AnalyzerFactory, ListenerFactory, StartMessage
from examhall.pipeline.worker_share import is_starved

_IDLE_LOOK_S = 1.0
# How often its limit a worker may take that waits for a processor.
_STARVED_LIMITS = 5
# Sound is heard in its order or not at all: four seconds of it wait, then what comes is refused.
_SOUND_RULE = LaneRule(waiting=8, when_full=WhenFull.REFUSE)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """workers: processes. hang_limit_s: how long one frame may take before SIGKILL; up to five times that on
    a machine so busy that the worker has not had as much of a processor.

    start_limit_s: how long a worker may take to be ready. memory_limit_bytes: address space of a
    worker, generous since libraries map more than they use. kills_to_pause within kill_window_s by
    one lane pause it for pause_s. lanes: rules that differ from the default, by lane.
    """

    workers: int = 1
    hang_limit_s: float = 2.0
    start_limit_s: float = 30.0
    memory_limit_bytes: int = 4 * 1024**3
    kills_to_pause: int = 3
    kill_window_s: float = 60.0
    pause_s: float = 60.0
    restart_delay_s: float = 1.0
    lanes: Mapping[str, LaneRule] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class _Ticket:
    job: FrameJob | AudioJob
    since_s: float
    answer: asyncio.Future[FrameAnalysis | AudioAnalysis]


class WorkerPool:
    """The `VisionPool` of real processes. Start, use and stop it on one loop.

    `factory` and `listener` are pickled into each worker and must be importable there; without a listener
    no sound is heard. `clock` is monotonic seconds.
    """

    def __init__(
        self,
        factory: AnalyzerFactory,
        config: PoolConfig,
        clock: Callable[[], float] = time.monotonic,
        *,
        listener: ListenerFactory | None = None,
    ) -> None:
        listening = None if listener is None else pickle.dumps(listener)
        self._start_message = StartMessage(tuple(sys.path), pickle.dumps(factory), listening)
        self._config = config
        self._clock = clock
        self._lanes: Lanes[_Ticket] = Lanes(config.lanes)
        self._kills: dict[str, deque[float]] = {}
        self._paused_until: dict[str, float] = {}
        self._busy = BusyMeter(config.workers)
        self._restarts = 0
        self._hangs = 0
        self._ready = 0
        self._runners: list[asyncio.Task[None]] = []
        self._work_waits = asyncio.Condition()
        self._stopping = True

    async def start(self) -> None:
        """Start all workers and wait until they are warm.

        Raises ExamhallError: what the factory raised (`model_missing`, ...), or `workers_not_ready`.
        """
        self._stopping = False
        links: list[WorkerLink] = []
        try:
            links += [await self._open() for _ in range(self._config.workers)]
        except BaseException:
            self._stopping = True
            self._ready = 0
            for link in links:
                await link.close()
            raise
        self._runners = [
            asyncio.create_task(self._run(link), name=f"vision-worker-{index}")
            for index, link in enumerate(links)
        ]

    async def stop(self) -> None:
        """Drop what waits, let what is in work end (or hang until its limit), end the processes."""
        self._stopping = True
        for ticket in self._lanes.waiting():
            self._drop(ticket, DropReason.STOPPING)
        for name in self._lanes.names():
            self._lanes.drain(name)
        async with self._work_waits:
            self._work_waits.notify_all()
        if self._runners:
            # What is in work ends by itself within its limit; only a worker still starting outlives this.
            _, late = await asyncio.wait(self._runners, timeout=self._config.hang_limit_s + 5.0)
            for runner in late:
                runner.cancel()
            await asyncio.gather(*self._runners, return_exceptions=True)
        self._runners = []

    async def analyze(self, job: FrameJob) -> FrameAnalysis:
        """See `VisionPool.analyze`."""
        answer = await self._ask(job, None)
        if not isinstance(answer, FrameAnalysis):  # the link lets through only what fits the job
            raise FrameDropped(DropReason.WORKER_CRASHED)
        return answer

    async def listen(self, job: AudioJob) -> AudioAnalysis:
        """See `VisionPool.listen`."""
        answer = await self._ask(job, _SOUND_RULE)
        if not isinstance(answer, AudioAnalysis):
            raise FrameDropped(DropReason.WORKER_CRASHED)
        return answer

    async def _ask(self, job: FrameJob | AudioJob, rule: LaneRule | None) -> FrameAnalysis | AudioAnalysis:
        if self._stopping:
            raise FrameDropped(DropReason.STOPPING)
        now_s = self._clock()
        if job.lane in self._paused_until:
            if self._paused_until[job.lane] > now_s:
                raise FrameDropped(DropReason.LANE_PAUSED)
            del self._paused_until[job.lane]
        ticket = _Ticket(job, now_s, asyncio.get_running_loop().create_future())
        try:
            superseded = self._lanes.put(job.lane, ticket, rule)
        except LaneFullError:
            raise FrameDropped(DropReason.LANE_FULL) from None
        if superseded is not None:
            self._drop(superseded, DropReason.SUPERSEDED)
        await self._wake_one()
        try:
            return await ticket.answer
        except asyncio.CancelledError:
            self._lanes.discard(job.lane, ticket)
            raise

    def health(self) -> PoolHealth:
        now_s = self._clock()
        waiting = self._lanes.waiting()
        return PoolHealth(
            workers=self._config.workers,
            ready=self._ready,
            restarts=self._restarts,
            busy_ratio=self._busy.ratio(now_s),
            waiting=len(waiting),
            oldest_wait_ms=max((now_s - ticket.since_s for ticket in waiting), default=0.0) * 1000,
            hangs=self._hangs,
            resting=sum(until_s > now_s for until_s in self._paused_until.values()),
        )

    async def _open(self) -> WorkerLink:
        config = self._config
        link = WorkerLink.spawn(config.memory_limit_bytes)
        try:
            await asyncio.wait_for(link.warm_up(self._start_message), config.start_limit_s)
        except (TimeoutError, WorkerLostError) as error:
            await link.close()
            raise ExamhallError(
                ErrorKind.UNAVAILABLE,
                "workers_not_ready",
                "A vision worker could not be started; its own message is above this one. "
                "Run `examhall doctor`.",
            ) from error
        except BaseException:
            await link.close()
            raise
        self._ready += 1
        return link

    async def _run(self, link: WorkerLink | None) -> None:
        """One worker's life and those of its successors."""
        while link is not None:
            try:
                await self._serve(link)
            except WorkerLostError:
                self._restarts += 1
            finally:
                self._ready -= 1
            await self._wake_one()  # this one may have been woken for a frame that it never took
            await link.close()
            link = None if self._stopping else await self._reopen()

    async def _reopen(self) -> WorkerLink | None:
        """Try until it works or the pool stops; the wait doubles up to 30 s."""
        delay_s = self._config.restart_delay_s
        while not self._stopping:
            try:
                return await self._open()
            except ExamhallError:
                logger.exception("vision_worker_does_not_start")
            async with self._work_waits:
                try:
                    await asyncio.wait_for(self._work_waits.wait_for(lambda: self._stopping), delay_s)
                except TimeoutError:
                    delay_s = min(delay_s * 2, 30.0)
        return None

    async def _serve(self, link: WorkerLink) -> None:
        """Take tickets until the pool stops. Raises WorkerLostError."""
        while True:
            taken = await self._next_ticket(link)
            if taken is None:
                return
            lane, ticket = taken
            try:
                await self._work(link, ticket)
            finally:
                self._lanes.finish(lane)
                # A lane that ended its work may have its next frame waiting.
                await self._wake_one()

    async def _next_ticket(self, link: WorkerLink) -> tuple[str, _Ticket] | None:
        async with self._work_waits:
            while not self._stopping:
                if link.is_gone():
                    raise WorkerLostError
                taken = self._lanes.take()
                if taken is not None:
                    return taken
                # Woken for work, or now and then to see whether the process is still there.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._work_waits.wait(), _IDLE_LOOK_S)
        return None

    async def _wake_one(self) -> None:
        async with self._work_waits:
            self._work_waits.notify()

    async def _work(self, link: WorkerLink, ticket: _Ticket) -> None:
        queue_ms = (self._clock() - ticket.since_s) * 1000
        token = self._busy.begin(self._clock())
        try:
            answer = await self._answer(link, _newest(ticket.job))
        except TimeoutError:
            link.kill()
            self._hangs += 1
            self._lost(ticket, DropReason.WORKER_HUNG)
            raise WorkerLostError from None
        except WorkerLostError:
            self._lost(ticket, DropReason.WORKER_CRASHED)
            raise
        finally:
            self._busy.end(token, self._clock())
        if ticket.answer.done():
            return  # the caller went away
        if isinstance(answer, ExamhallError):
            ticket.answer.set_exception(answer)
        elif isinstance(answer, FrameAnalysis):
            timings = replace(answer.timings, queue_ms=queue_ms)
            ticket.answer.set_result(replace(answer, timings=timings))
        else:
            ticket.answer.set_result(answer)

    async def _answer(
        self, link: WorkerLink, job: FrameJob | AudioJob
    ) -> FrameAnalysis | AudioAnalysis | ExamhallError:
        """Raises TimeoutError when it hangs; a worker that only waits for a processor gets some more time.

        Otherwise a busy machine would kill workers, and rest the lanes of people who did nothing.
        """
        limit_s, before = self._config.hang_limit_s, link.share()
        asking = asyncio.ensure_future(link.ask(job))
        try:
            for _ in range(_STARVED_LIMITS):
                await asyncio.wait({asking}, timeout=limit_s)
                if asking.done() or not is_starved(before, link.share(), limit_s):
                    break
            if not asking.done():
                raise TimeoutError
            return asking.result()
        finally:
            asking.cancel()

    def _lost(self, ticket: _Ticket, reason: DropReason) -> None:
        """Count a kill against the frame's lane; too many of them and the lane rests."""
        lane, now_s = ticket.job.lane, self._clock()
        # A lane is an attempt, its sound, or the tutorial's endpoint.
        attempt_id, _, of = lane.partition("/")
        extra = {"attempt_id": attempt_id, "of": of or "picture", "reason": str(reason)}
        logger.warning("vision_worker_lost", extra=extra)
        self._drop(ticket, reason)
        self._forget_old(now_s)
        kills = self._kills.setdefault(lane, deque())
        kills.append(now_s)
        if len(kills) >= self._config.kills_to_pause:
            self._paused_until[lane] = now_s + self._config.pause_s
            del self._kills[lane]
            for waiting in self._lanes.drain(lane):
                self._drop(waiting, DropReason.LANE_PAUSED)

    def _forget_old(self, now_s: float) -> None:
        """Also of lanes that nobody uses any more: attempts come and go."""
        for lane, kills in list(self._kills.items()):
            while kills and kills[0] < now_s - self._config.kill_window_s:
                kills.popleft()
            if not kills:
                del self._kills[lane]
        self._paused_until = {lane: until for lane, until in self._paused_until.items() if until > now_s}

    def _drop(self, ticket: _Ticket, reason: DropReason) -> None:
        """Every drop reaches its caller, who counts it."""
        if not ticket.answer.done():
            ticket.answer.set_exception(FrameDropped(reason))


def _newest(job: FrameJob | AudioJob) -> FrameJob | AudioJob:
    if isinstance(job, FrameJob) and job.newer is not None:
        return job.newer() or job
    return job
