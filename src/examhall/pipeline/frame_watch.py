"""From a received frame to what the rules see: one in work, one waiting, the newest wins."""

import asyncio
import math
from dataclasses import dataclass, replace
from typing import Protocol

from examhall.application.ports.attempt_store import AttemptRecord
from examhall.application.ports.live import BurstNotice, FrameRefusedNotice, PageLink
from examhall.application.ports.live_metrics import (
    BURSTS,
    FRAME_LOOKS,
    FRAME_STAGE,
    FRAME_WAIT,
    FRAMES_DROPPED,
    FRAMES_REFUSED,
)
from examhall.application.ports.vision import (
    DropReason,
    EncodedFrame,
    FrameAnalysis,
    FrameDropped,
    FrameJob,
    Look,
    StageTimings,
)
from examhall.application.seeing import observations_of
from examhall.domain.errors import ExamhallError
from examhall.domain.frame_header import ThumbnailMessage, pack_thumbnail
from examhall.domain.observation import FrameUnseen, Observation, Scan
from examhall.domain.policy import Policy
from examhall.domain.rules.engine import RulesState
from examhall.domain.rules.plan import looks_wanted, wants_fine
from examhall.domain.rules.voice import burst_wanted
from examhall.pipeline.attempt_clock import AttemptClock
from examhall.pipeline.check_in.run import CheckInRun
from examhall.pipeline.mailbox import Mailbox, Posted
from examhall.pipeline.world import World

CHECK_BURST_S = 2.0
_CHECK_BURST_FRAMES = 4

PAUSED_NOTE = "Pictures are not looked at for 60 s: they stopped the workers three times within a minute."


class Watched(Protocol):
    """The session, as far as frames are concerned."""

    @property
    def record(self) -> AttemptRecord: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def rules(self) -> RulesState: ...
    @property
    def page(self) -> PageLink | None: ...
    @property
    def watching(self) -> bool: ...
    @property
    def slowed(self) -> bool: ...

    async def observe(self, *seen: Observation) -> None: ...
    async def note(self, words: str | None) -> None: ...


@dataclass(slots=True)
class _Taken:
    """The frame that a worker looks at, or will: it changes while it waits."""

    posted: Posted
    job: FrameJob


class FrameWatch:
    """Frames that come faster than twice the asked rate wait; a newer one takes their place, counted.

    For a burst the page is asked for more frames for a moment: after a speech onset (never while sampling
    is slowed), and all through the camera check.
    """

    def __init__(self, world: World, clock: AttemptClock, session: Watched, check: CheckInRun) -> None:
        self._world = world
        self._clock = clock
        self._session = session
        self._check = check
        self._burst_interval_s = 0.0
        self._burst_until_s = 0.0
        self._sampled_at_s = self._shown_at_s = -math.inf
        self._mailbox = Mailbox()
        self.interval_s = session.policy.scan.interval_s
        self._noted = False
        self._in_work = False

    @property
    def holds_one(self) -> bool:
        """Whether a frame that came waits or is being looked at."""
        return self._in_work or self._mailbox.full

    @property
    def burst_interval_s(self) -> float | None:
        """How often frames come now, while a burst is on."""
        return self._burst_interval_s if self._clock.now_s() < self._burst_until_s else None

    @property
    def between_samples(self) -> bool:
        """Whether a frame of now is one that only a burst brings, and not for evidence."""
        return self._too_soon(self._sampled_at_s)

    def _too_soon(self, last_s: float) -> bool:
        bursting = self.burst_interval_s is not None
        return bursting and self._clock.now_s() - last_s < 0.8 * self.interval_s

    def burst_for_the_lips(self, at_s: float) -> None:
        """After speech of this moment, if the rules want to see the mouth."""
        session = self._session
        already = self.burst_interval_s is not None
        if not already and not session.slowed and burst_wanted(session.rules, at_s, session.policy):
            plan = session.policy.scan
            self._burst(plan.burst_interval_s, plan.burst_s, "lips")

    def burst_for_the_check(self) -> None:
        """While the camera check wants pictures; a little before the last burst is over."""
        if not self._check.wants_pictures or self._session.page is None:
            return
        interval_s = self._check.asked_interval_s
        for_s = max(CHECK_BURST_S, _CHECK_BURST_FRAMES * interval_s)
        if self._burst_until_s - self._clock.now_s() <= for_s / 4:
            self._burst(interval_s, for_s, "check_in")

    def _burst(self, interval_s: float, for_s: float, reason: str) -> None:
        self._burst_interval_s = interval_s
        self._burst_until_s = self._clock.now_s() + for_s
        self._world.metrics.count(BURSTS, reason=reason)
        if self._session.page is not None:
            self._session.page.tell(BurstNotice(interval_s, for_s))

    def put(self, frame: EncodedFrame) -> None:
        if not self.between_samples:
            self._sampled_at_s = self._clock.now_s()
        if self._mailbox.put(frame, self._clock.now_s()):
            self._world.metrics.count(FRAMES_DROPPED, reason=DropReason.SUPERSEDED.value)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._mailbox.wait()
            began_s = self._clock.now_s()
            posted = self._mailbox.take()
            if posted is not None:
                self._world.metrics.observe(FRAME_WAIT, max(0.0, began_s - posted.at_s))
                self._in_work = True
                try:
                    await self._look(posted)
                finally:
                    self._in_work = False
            # Half the asked interval leaves room for jitter, and stops a page that floods.
            interval_s = self.burst_interval_s or self.interval_s
            left_s = interval_s / 2 - (self._clock.now_s() - began_s)
            if left_s > 0:
                await asyncio.sleep(left_s)

    async def _look(self, posted: Posted) -> None:
        session, metrics = self._session, self._world.metrics
        taken = _Taken(posted, self._job(posted))
        if not taken.job.asks_for_something:
            return

        def newer() -> FrameJob | None:
            """The newest wins until a worker takes it: a line of hundreds must not make pictures old."""
            posted = self._mailbox.take()
            job = None if posted is None else self._job(posted)
            if posted is None or job is None or not job.asks_for_something:
                return None
            metrics.count(FRAMES_DROPPED, reason=DropReason.SUPERSEDED.value)
            taken.posted, taken.job = posted, job
            return job

        try:
            analysis = await self._world.vision.analyze(replace(taken.job, newer=newer))
        except FrameDropped as drop:
            metrics.count(FRAMES_DROPPED, reason=drop.reason.value)
            if session.watching:
                await session.observe(FrameUnseen(taken.posted.at_s))
            await self._check.unseen()
            await self._tell_lane_paused(drop.reason)
            return
        except ExamhallError as error:
            metrics.count(FRAMES_REFUSED, code=error.code)
            if session.page is not None:
                sequence = taken.posted.frame.sequence
                session.page.tell(FrameRefusedNotice(sequence, error.code, error.message))
            return
        _count_stages(self._world, analysis.timings)
        for look in taken.job.looks:
            metrics.count(FRAME_LOOKS, look=look.value)
        await self._tell_lane_paused(None)
        await self._seen(taken.posted.frame, taken.posted.at_s, analysis)

    def _job(self, posted: Posted) -> FrameJob:
        """What is wanted of this frame now."""
        session = self._session
        return FrameJob(
            lane=posted.frame.attempt_id,
            payload=posted.frame.payload,
            scan=self._scan(posted.at_s),
            plan=session.policy.scan,
            thumbnail=not self._too_soon(self._shown_at_s)
            and self._world.bus.has_subscribers(_topic(session.record)),
            looks=self._looks(posted.at_s),
        )

    def _scan(self, at_s: float) -> Scan | None:
        """Before and between the live times only thumbnails are made, but for the camera check."""
        if self._session.watching:
            fine = wants_fine(self._session.rules, at_s, self._session.policy.scan)
            return Scan.FINE if fine else Scan.COARSE
        return Scan.COARSE if self._check.wants_pictures else None

    def _looks(self, at_s: float) -> frozenset[Look]:
        """None that nobody could use: without an enrolled face there is nothing to compare."""
        session = self._session
        if not session.watching:
            return self._check.looks() if self._check.wants_pictures else frozenset()
        wanted = {Look(one.value) for one in looks_wanted(session.rules, at_s, session.policy)}
        return frozenset(wanted - ({Look.IDENTITY} if self._check.template is None else set()))

    async def _seen(self, frame: EncodedFrame, at_s: float, analysis: FrameAnalysis) -> None:
        if self._session.watching:
            enrolled = self._check.template
            await self._session.observe(*observations_of(analysis, at_s, frame.sequence, enrolled))
        elif self._check.wants_pictures:
            await self._check.saw(analysis, at_s)
            self.burst_for_the_check()
        if analysis.thumbnail is not None:
            self._shown_at_s = self._clock.now_s()
            record = self._session.record
            message = ThumbnailMessage(record.number, frame.captured_at_ms, analysis.thumbnail)
            await self._world.bus.publish(_topic(record), record.id, pack_thumbnail(message))

    async def _tell_lane_paused(self, reason: DropReason | None) -> None:
        paused = reason is DropReason.LANE_PAUSED
        if paused != self._noted and (paused or reason is None):
            await self._session.note(PAUSED_NOTE if paused else None)
            self._noted = paused


def _topic(record: AttemptRecord) -> str:
    return f"thumbnails/{record.exam_id}"


def _count_stages(world: World, timings: StageTimings) -> None:
    for stage, took_ms in (
        ("queue", timings.queue_ms),
        ("decode", timings.decode_ms),
        ("faces", timings.faces_ms),
        ("heads", timings.head_ms),
        ("identity", timings.identity_ms),
        ("objects", timings.objects_ms),
        ("quality", timings.quality_ms),
        ("thumbnail", timings.thumbnail_ms),
        ("total", timings.total_ms),
    ):
        world.metrics.observe(FRAME_STAGE, took_ms, stage=stage)
