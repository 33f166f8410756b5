"""From a received frame to what the rules see: one in work, one waiting, the newest wins."""

import asyncio
from typing import Protocol

from examhall.application.ports.attempt_store import AttemptRecord
from examhall.application.ports.live import FrameRefusedNotice, PageLink
from examhall.application.ports.live_metrics import FRAME_STAGE, FRAME_WAIT, FRAMES_DROPPED, FRAMES_REFUSED
from examhall.application.ports.vision import (
    DropReason,
    EncodedFrame,
    FrameAnalysis,
    FrameDropped,
    FrameJob,
    StageTimings,
)
from examhall.domain.errors import ExamhallError
from examhall.domain.frame_header import ThumbnailMessage, pack_thumbnail
from examhall.domain.observation import CameraObserved, FacesObserved, Observation, Scan
from examhall.domain.policy import Policy
from examhall.domain.rules.engine import RulesState, wants_fine
from examhall.pipeline.attempt_clock import AttemptClock
from examhall.pipeline.mailbox import Mailbox
from examhall.pipeline.world import World

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

    async def observe(self, *seen: Observation) -> None: ...
    async def note(self, words: str | None) -> None: ...


class FrameWatch:
    """Frames that come faster than twice the asked rate wait; a newer one takes their place, counted."""

    def __init__(self, world: World, clock: AttemptClock, session: Watched) -> None:
        self._world = world
        self._clock = clock
        self._session = session
        self._mailbox = Mailbox()
        self.interval_s = session.policy.scan.interval_s
        self._noted = False

    def put(self, frame: EncodedFrame) -> None:
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
                await self._look(posted.frame, posted.at_s)
            # Half the asked interval leaves room for jitter, and stops a page that floods.
            left_s = self.interval_s / 2 - (self._clock.now_s() - began_s)
            if left_s > 0:
                await asyncio.sleep(left_s)

    async def _look(self, frame: EncodedFrame, at_s: float) -> None:
        session, metrics = self._session, self._world.metrics
        job = FrameJob(
            lane=frame.attempt_id,
            payload=frame.payload,
            scan=self._scan(at_s),
            plan=session.policy.scan,
            thumbnail=self._world.bus.has_subscribers(_topic(session.record)),
        )
        if job.scan is None and not job.thumbnail:
            return
        try:
            analysis = await self._world.vision.analyze(job)
        except FrameDropped as drop:
            metrics.count(FRAMES_DROPPED, reason=drop.reason.value)
            await self._tell_lane_paused(drop.reason)
            return
        except ExamhallError as error:
            metrics.count(FRAMES_REFUSED, code=error.code)
            if session.page is not None:
                session.page.tell(FrameRefusedNotice(frame.sequence, error.code, error.message))
            return
        _count_stages(self._world, analysis.timings)
        await self._tell_lane_paused(None)
        await self._seen(frame, at_s, analysis)

    def _scan(self, at_s: float) -> Scan | None:
        """Before and between the live times only thumbnails are made."""
        if not self._session.watching:
            return None
        fine = wants_fine(self._session.rules, at_s, self._session.policy.scan)
        return Scan.FINE if fine else Scan.COARSE

    async def _seen(self, frame: EncodedFrame, at_s: float, analysis: FrameAnalysis) -> None:
        camera = analysis.camera
        seen: list[Observation] = [
            CameraObserved(
                at_s=at_s,
                luma_mean=camera.luma_mean,
                luma_sd=camera.luma_sd,
                sharpness=camera.sharpness,
                fingerprint=camera.fingerprint,
                exact_hash=camera.exact_hash,
                frame_sequence=frame.sequence,
            )
        ]
        if analysis.faces is not None:
            seen.append(FacesObserved(at_s, analysis.faces.scan, analysis.faces.faces, frame.sequence))
        if self._session.watching:
            await self._session.observe(*seen)
        if analysis.thumbnail is not None:
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
        ("quality", timings.quality_ms),
        ("thumbnail", timings.thumbnail_ms),
        ("total", timings.total_ms),
    ):
        world.metrics.observe(FRAME_STAGE, took_ms, stage=stage)
