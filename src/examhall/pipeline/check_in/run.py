"""The camera check of a running attempt: asked for by the page, shown to it, and kept when it is done."""

import math
import struct
from dataclasses import replace
from statistics import median
from typing import Protocol

import structlog

from examhall.application.biometrics import template_context
from examhall.application.journal import Entry
from examhall.application.ports.attempt_store import AttemptRecord, AttemptTx, IdentityTemplateRecord
from examhall.application.ports.live import CheckInNotice, PageLink
from examhall.application.ports.live_metrics import CAMERA_CHECKS
from examhall.application.ports.vision import FrameAnalysis, Look
from examhall.application.seeing import Embedding
from examhall.domain.attempt import AttemptState
from examhall.domain.check_in import Advice, CheckInResult, CheckInStep, CheckInView, StepState, Target
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.domain.observation import Calibrated, DetectorsOff, Observation, SpeechObserved
from examhall.domain.policy import Policy
from examhall.pipeline.attempt_clock import AttemptClock
from examhall.pipeline.check_in.check import CameraCheck, Enrolled, off
from examhall.pipeline.check_in.facts import facts_of, plan_of
from examhall.pipeline.check_in.merge import merged, steps_kept
from examhall.pipeline.check_in.pace import SLOWEST_S, CheckTime, asked_interval_s
from examhall.pipeline.turns import Write
from examhall.pipeline.world import World

CHECKED_IN = frozenset({AttemptState.CHECKING_IN, AttemptState.WAITING})
UNLIKE_THE_PHOTO = 0.60
_NUMBERS = 128
_UNLIKE = "The face at check-in is unlike the roster's photo"

log = structlog.get_logger(__name__)


class Checked(Protocol):
    """The session, as far as the camera check is concerned."""

    @property
    def record(self) -> AttemptRecord: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def page(self) -> PageLink | None: ...

    async def keep_check_in(self, write: Write, *seen: Observation) -> None: ...


class CheckInRun:
    """One for each attempt. A check that the server's end interrupted is begun anew by the page; what it had
    kept before stands where the new one does not try it."""

    def __init__(self, world: World, clock: AttemptClock, session: Checked) -> None:
        self._world = world
        self._clock = clock
        self._session = session
        self._check: CameraCheck | None = None
        self._before: CheckInResult | None = None  # kept by an earlier check, before a restart
        self._template: Embedding | None = None
        self._told: CheckInView | None = None
        self._time = CheckTime()
        self._asked: tuple[CheckInStep, Target | None] | None = None
        self._asked_at_s = 0.0  # when the page was told what to look at, attempt's clock
        self._behind = False
        self._owed = False  # not yet stored as it is
        self._keeping = False
        self._unlike_photo = False

    @property
    def template(self) -> Embedding | None:
        """The enrolled face; it is compared here, and goes nowhere."""
        return self._template

    @property
    def view(self) -> CheckInView | None:
        if self._check is None:
            kept = self._session.record.check_in
            return None if kept is None else _view_of(kept)
        view = self._check.view
        if view.step is CheckInStep.DONE and self._unlike_photo:
            view = replace(view, advice=Advice.PHOTO_DIFFERS)
        if view.advice is None and self._check.running is not None and self._slow:
            view = replace(view, advice=Advice.SERVER_BUSY)
        return view

    @property
    def _slow(self) -> bool:
        return self._behind or (self.wants_pictures and self.asked_interval_s >= SLOWEST_S)

    @property
    def asked_interval_s(self) -> float:
        """How often the check wants pictures, as far as the workers are free to look at them."""
        return asked_interval_s(self._world.vision.health().busy_ratio)

    @property
    def wants_pictures(self) -> bool:
        """Whether pictures should come faster now, and be searched."""
        return self._check is not None and self._check.wants_pictures

    def looks(self) -> frozenset[Look]:
        """At the picture of now."""
        return frozenset() if self._check is None else self._check.wants(self._time.now_s)

    async def ask(self, step: CheckInStep | None, *, skip: bool) -> None:
        """See `LiveAttempts.check_in`."""
        record, policy = self._session.record, self._session.policy
        if record.consented_at is None or record.state not in CHECKED_IN or not policy.camera_check:
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "check_in_not_expected",
                "The camera check runs after consent and before the exam, where the exam has one.",
            )
        if self._check is None and (step is not None or record.check_in is None):
            self._check = CameraCheck(plan_of(policy), self._world.turns)
            self._before = record.check_in
            self._owed = True
        if self._check is not None:
            if step is not None or self._asked is None:
                self._time.begin(self._clock.now_s())
            if step is not None and skip:
                self._check.skip(step, self._time.now_s)
            else:
                self._check.begin(step, self._time.now_s)
        self._told = None  # who asks is answered
        await self._after()

    async def saw(self, analysis: FrameAnalysis, at_s: float) -> None:
        """at_s: when the picture was received, attempt's clock."""
        if self._check is not None and analysis.faces is not None:
            self._time.looked(self._clock.now_s())
            self._behind = False
            facts = facts_of(analysis, self._time.now_s)
            self._check.see(replace(facts, since_asked_s=at_s - self._asked_at_s))
            await self._after()

    async def unseen(self) -> None:
        """A picture came that the server did not look at."""
        if self._check is not None and self.wants_pictures:
            self._time.dropped(self._clock.now_s())
            self._behind = True
            await self._after()

    async def heard(self, sound: SpeechObserved) -> None:
        check = self._check
        if check is not None and self._session.record.state in CHECKED_IN:
            if check.running is not None and not check.wants_pictures:
                self._time.looked(self._clock.now_s())
                self._behind = False
            check.hear(replace(sound, at_s=self._time.now_s))
            await self._after()

    async def tick(self, *, pictures_held: bool, sound_held: bool) -> None:
        """Once a second: limits pass without pictures too, and what could not be stored is tried again.

        held: whether some that came wait here or are being looked at.
        """
        if self._check is not None and self._session.record.state in CHECKED_IN:
            now_s, held = self._clock.now_s(), pictures_held if self.wants_pictures else sound_held
            self._time.waited(now_s, held=held)
            self._behind = self._time.behind(now_s, held=held)
            self._check.pass_time(self._time.now_s)
            await self._after()
        elif self._owed and not self._keeping:
            await self._keep()
            self._tell()

    async def follow(self, state: AttemptState) -> None:
        """The attempt goes on; a check in its middle is over."""
        check = self._check
        if check is not None and state not in CHECKED_IN and not check.done:
            check.finish()
            self._owed = True
            await self._keep()
            self._tell()

    async def recall(self) -> None:
        """Taken up: the rules are told again, and the enrolled face is opened."""
        record = self._session.record
        if record.check_in is None:
            return
        kept = await self._world.store.template(record.id)
        if kept is not None:
            try:
                self._template = _unpacked(
                    self._world.keys.open(kept.sealed, context=template_context(record.id))
                )
            except ExamhallError as error:
                log.warning("identity_template_not_opened", attempt_id=record.id, code=error.code)
        await self._session.keep_check_in(_nothing, *self._told_to_rules(record.check_in))

    # ---- inside ----------------------------------------------------------------------------------

    async def _after(self) -> None:
        check = self._check
        if check is not None:
            if not check.done:
                self._owed = True
            elif self._owed and not self._keeping:
                await self._keep()
        self._tell()

    def _tell(self) -> None:
        """That it is done is said when it is kept."""
        if self._check is not None and self._check.done and self._owed:
            return
        view, page = self.view, self._session.page
        asked = None if view is None else (view.step, view.target)
        if asked != self._asked:
            self._asked, self._asked_at_s = asked, self._clock.now_s()
        if view is not None and view != self._told and page is not None:
            self._told = view
            page.tell(CheckInNotice(view))

    async def _keep(self) -> None:
        """Store what came of it; the next tick tries again when the store refuses."""
        if self._check is None:
            return
        self._keeping = True  # other turns come while this waits
        try:
            await self._write(self._check)
        except ExamhallError:
            return  # it is counted and logged where it was refused
        finally:
            self._keeping = False
        self._owed = not self._check.done  # unless a step was begun again meanwhile

    async def _write(self, check: CameraCheck) -> None:
        attempt_id, enrolled = self._session.record.id, check.enrolled
        result = replace(check.result, reference_distance=await self._reference(attempt_id, enrolled))
        before, face_kept = self._before, False
        if before is not None:
            face_kept = self._template is not None and CheckInStep.FACE in steps_kept(before, result)
            result = merged(before, result)
        distance = result.reference_distance
        self._unlike_photo = distance is not None and distance > UNLIKE_THE_PHOTO
        note = f"{_UNLIKE} (distance {distance:.2f}): compare them" if self._unlike_photo else None
        sealed = None if enrolled is None else self._sealed(attempt_id, enrolled.template)

        async def write(tx: AttemptTx) -> None:
            attempt = replace(tx.attempt, check_in=result)
            if note is not None or (attempt.note or "").startswith(_UNLIKE):
                attempt = replace(attempt, note=note)
            await tx.save_attempt(attempt)
            if sealed is not None:
                await tx.keep_template(sealed)
            elif not face_kept:
                await tx.erase_template()
            await tx.log(Entry.CAMERA_CHECKED, _payload(result))

        await self._session.keep_check_in(write, *self._told_to_rules(result))
        if not face_kept:
            self._template = None if enrolled is None else enrolled.template
        for one in result.steps:
            self._world.metrics.count(CAMERA_CHECKS, step=one.step.value, outcome=one.state.value)

    def _told_to_rules(self, result: CheckInResult) -> tuple[Observation, ...]:
        now_s = self._clock.now_s()
        told: list[Observation] = [DetectorsOff(now_s, off(result.detectors))]
        if result.calibration is not None:
            told.append(Calibrated(now_s, result.calibration))
        return tuple(told)

    async def _reference(self, attempt_id: str, enrolled: Enrolled | None) -> float | None:
        """The median distance of the good pictures to the roster's photo."""
        photo = None if enrolled is None else await self._world.photos.embedding(attempt_id)
        if photo is None or enrolled is None:
            return None
        return round(median(math.dist(photo, one) for one in enrolled.embeddings), 3)

    def _sealed(self, attempt_id: str, template: Embedding) -> IdentityTemplateRecord:
        keys = self._world.keys
        return IdentityTemplateRecord(
            attempt_id=attempt_id,
            sealed=keys.seal(_packed(template), context=template_context(attempt_id)),
            key_id=keys.blob_key_id,
            created_at=self._clock.now_ms(),
        )


async def _nothing(tx: AttemptTx) -> None:
    """The rules are told; nothing else changes."""


def _packed(template: Embedding) -> bytes:
    return struct.pack(f"<{len(template)}f", *template)


def _unpacked(plain: bytes) -> Embedding:
    return struct.unpack(f"<{_NUMBERS}f", plain)


def _view_of(kept: CheckInResult) -> CheckInView:
    """As the page is shown a check of before."""
    unlike = kept.reference_distance is not None and kept.reference_distance > UNLIKE_THE_PHOTO
    return CheckInView(
        step=CheckInStep.DONE,
        target=None,
        progress=0.0,
        advice=Advice.PHOTO_DIFFERS if unlike else None,
        steps=kept.steps,
        detectors=kept.detectors,
    )


def _payload(result: CheckInResult) -> dict[str, object]:
    return {
        "steps": {one.step.value: one.state.value for one in result.steps},
        "failed": [one.step.value for one in result.steps if one.state is StepState.FAILED],
        "skipped": [one.step.value for one in result.steps if one.state is StepState.SKIPPED],
        "off": {one.detector.value: one.reason for one in result.detectors if not one.trusted},
        "calibrated": result.calibration is not None,
        "reference_distance": result.reference_distance,
    }
