"""The live meeting of an exam: who may join, what staff do in it, and whether its provider is there.

The exam never waits for the provider: when it is down joins are refused with the reason, pages are told that
there is no live view, and everything returns by itself.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from examhall.application.journal import Entry
from examhall.application.pages import Pages
from examhall.application.ports.attempt_store import AttemptRecord, AttemptStore
from examhall.application.ports.clock import Clock
from examhall.application.ports.live import MeetingNotice
from examhall.application.ports.live_metrics import MEETING_EVENTS, MEETING_READY
from examhall.application.ports.meetings import (
    Booth,
    Media,
    MeetingEvent,
    MeetingEventKind,
    MeetingJoin,
    MeetingProvider,
    Present,
    ProviderName,
    Seat,
)
from examhall.application.ports.metrics import Metrics
from examhall.application.ports.reports import Claim, TakenReports
from examhall.application.watch import Watches
from examhall.domain.attempt import OVER
from examhall.domain.errors import ErrorKind, ExamhallError

log = logging.getLogger(__name__)

FIRST_LOOK_S = 3.0
LOOK_EVERY_S = 15.0
LOOK_AGAIN_S = 2.0  # while it is down
SWEEP_EVERY_S = 60.0
REPORT_LAPSES_MS = 10_000  # a report that nobody has finished by then is anybody's


@dataclass(frozen=True, slots=True)
class MeetingState:
    """`reason`: why there is no live view, and what to do; for staff."""

    provider: ProviderName
    reason: str | None

    @property
    def available(self) -> bool:
        return self.reason is None


class Meetings:
    """Use cases around one meeting provider."""

    def __init__(
        self,
        provider: MeetingProvider,
        store: AttemptStore,
        pages: Pages,
        watches: Watches,
        reports: TakenReports,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._provider = provider
        self._store = store
        self._pages = pages
        self._watches = watches
        self._reports = reports
        self._metrics = metrics
        self._clock = clock
        self._state = MeetingState(provider.name, None)
        self._looked = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    # ---- running ---------------------------------------------------------------------------------

    async def start(self) -> None:
        await self._provider.start()
        if not self._provider.capabilities.signalled:
            self._state = MeetingState(self._provider.name, "the meeting provider has not answered yet")
            self._looking = asyncio.create_task(self._keep_looking())
            # The rest does not wait for a provider that is down; one that is there is known at once.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FIRST_LOOK_S):
                    await self._looked.wait()

    async def stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
        await self._watches.settle()
        await self._provider.stop()

    @property
    def page_origins(self) -> tuple[str, ...]:
        """Where pages connect to, as sources of a content security policy."""
        return self._provider.page_origins

    @property
    def state(self) -> MeetingState:
        return self._state

    async def look(self) -> str | None:
        """Ask the provider now; what is wrong, if anything."""
        self._found(await self._provider.health())
        return self._state.reason

    async def _keep_looking(self) -> None:
        swept_s = 0.0
        while True:
            now_s = asyncio.get_running_loop().time()
            try:
                if await self.look() is None and now_s - swept_s >= SWEEP_EVERY_S:
                    swept_s = now_s
                    await self.sweep()
            except Exception:  # the look-out outlives whatever it meets
                log.exception("meeting_look_failed")
            await asyncio.sleep(LOOK_AGAIN_S if self._state.reason else LOOK_EVERY_S)

    async def sweep(self) -> None:
        """Close the booths of attempts that are over: what was left while the provider or we were away."""
        for booth in await self._provider.booths():
            try:
                attempt = await self._store.attempt(booth.attempt_id)
            except ExamhallError:
                continue  # another installation's, at the same provider
            if attempt.state in OVER:
                await self._provider.close(booth)

    def _found(self, reason: str | None) -> None:
        if reason != self._state.reason:
            log.warning(
                "meeting_provider", extra={"provider": self._provider.name, "wrong": reason or "nothing"}
            )
        self._state = MeetingState(self._provider.name, reason)
        self._looked.set()
        self._metrics.set(MEETING_READY, 0.0 if reason else 1.0)

    # ---- joining ---------------------------------------------------------------------------------

    async def join_candidate(self, attempt_id: str, *, refresh: bool = False) -> MeetingJoin:
        """Let the candidate's page into its booth.

        Raises `ExamhallError` `attempt_over`, `consent_missing`, `taken_out`, `meeting_unavailable`; with refresh
        also `not_in_meeting`: join anew.
        """
        attempt = await self._running(attempt_id)
        if attempt.consented_at is None:
            raise ExamhallError(
                ErrorKind.CONFLICT, "consent_missing", "Nothing is shown live before the candidate agrees."
            )
        if attempt.taken_out_at is not None:
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "taken_out",
                "A proctor has taken this page out of the live view. The exam goes on.",
            )
        return await self._let_in(_booth(attempt), Seat(attempt.id, "candidate"), refresh=refresh)

    async def join_watch(
        self, exam_id: str, user_id: str, watch_id: str, *, refresh: bool = False
    ) -> MeetingJoin:
        """Let a proctor's page into the booth of the live view that it has open.

        Raises `ExamhallError` `watch_not_found`, `meeting_unavailable`; with refresh also `not_in_meeting`.
        """
        watch = await self._watches.of_user(exam_id, user_id, watch_id)
        join = await self._let_in(watch.booth, Seat(watch.id, "proctor"), refresh=refresh)
        try:
            await self._watches.of_user(exam_id, user_id, watch_id)
        except ExamhallError:  # it ended meanwhile: nobody keeps a way in
            await self._provider.remove(watch.booth, watch.id)
            raise
        return join

    async def _let_in(self, booth: Booth, seat: Seat, *, refresh: bool) -> MeetingJoin:
        try:
            return await (self._provider.refresh if refresh else self._provider.issue)(booth, seat)
        except ExamhallError as error:
            if error.kind is ErrorKind.UNAVAILABLE:
                self._found(error.message)
            raise

    # ---- what staff do in it ---------------------------------------------------------------------

    async def talk(self, exam_id: str, user_id: str, watch_id: str, *, talking: bool) -> None:
        """Let a proctor be heard by the candidate of an open live view, or not any more.

        Raises `ExamhallError` `watch_not_found`, `not_in_meeting`, `meeting_unavailable`.
        """
        watch = await self._watches.of_user(exam_id, user_id, watch_id)
        await self._provider.talk(watch.booth, watch.id, talking=talking)
        if talking:
            await self._log(watch.attempt_id, Entry.TALK_BEGAN, {"by": user_id})

    async def mute(self, attempt_id: str, media: Media, *, staff_id: str, reason: str = "") -> None:
        """Stop the candidate's picture or sound for everybody; only the candidate, who reads why, can switch it on
        again.

        Raises `ExamhallError` `attempt_over`, `not_in_meeting`, `candidate_not_connected`, `meeting_unavailable`.
        """
        attempt = await self._running(attempt_id)
        if self._provider.capabilities.mute:
            await self._provider.mute(_booth(attempt), attempt.id, media)
            await self._tell_page(attempt.id, MeetingNotice("mute", media, reason))
        else:
            await self._ask_page(attempt.id, MeetingNotice("mute", media, reason))
        await self._log(attempt.id, Entry.MUTED, {"by": staff_id, "media": media}, reason)

    async def remove(self, attempt_id: str, *, staff_id: str, reason: str = "") -> None:
        """Take the candidate, who reads why, out of the meeting until somebody opens another live view.

        Raises `ExamhallError` `attempt_over`, `candidate_not_connected`, `meeting_unavailable`.
        """
        attempt = await self._running(attempt_id)
        if self._provider.capabilities.remove:
            await self._take_out(attempt.id)  # before, so that the page does not slip in again
            await self._provider.remove(_booth(attempt), attempt.id)
            await self._tell_page(attempt.id, MeetingNotice("leave", None, reason))
        else:
            await self._ask_page(attempt.id, MeetingNotice("leave", None, reason))
            await self._take_out(attempt.id)
        await self._log(attempt.id, Entry.TAKEN_OUT, {"by": staff_id}, reason)

    async def _take_out(self, attempt_id: str) -> None:
        """Until somebody opens another live view, wherever that is."""
        async with self._store.begin(attempt_id) as tx:
            await tx.save_attempt(replace(tx.attempt, taken_out_at=self._clock.now_ms()))

    async def present(self, attempt_id: str) -> tuple[Present, ...] | None:
        """Who is in the booth; None when nobody can tell now. Raises `ExamhallError` `attempt_not_found`."""
        if self._state.reason or not self._provider.capabilities.presence:
            return None
        return await self._provider.present(_booth(await self._store.attempt(attempt_id)))

    async def _ask_page(self, attempt_id: str, notice: MeetingNotice) -> None:
        if not await self._tell_page(attempt_id, notice):
            raise ExamhallError(
                ErrorKind.CONFLICT, "candidate_not_connected", "The candidate's page is not connected now."
            )

    async def _tell_page(self, attempt_id: str, notice: MeetingNotice) -> bool:
        """Whether there is a page that hears it."""
        page = await self._pages.find(attempt_id)
        if page is None or not page.hears:
            return False
        page.tell(notice)
        return True

    # ---- what the provider reports ---------------------------------------------------------------

    async def take_webhook(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """Take a report of the provider, each once among all servers. headers: names in lower case.

        Raises `ExamhallError` `webhook_refused`, `not_found` for a provider that is not in use, and what makes the
        provider come again: `report_in_work`, and what the store raises.
        """
        if provider != self._provider.name or not self._provider.capabilities.webhooks:
            raise ExamhallError(ErrorKind.NOT_FOUND, "not_found", "No such meeting provider is in use.")
        for event in await self._provider.verify_webhook(headers, body):
            key = hashlib.sha256(f"{provider} {event.key}".encode()).hexdigest()
            claim = await self._reports.claim(key, self._clock.wall_ms(), lapses_ms=REPORT_LAPSES_MS)
            if claim is Claim.IN_WORK:
                raise ExamhallError(
                    ErrorKind.UNAVAILABLE,
                    "report_in_work",
                    "Another server is at this report; send it again in case it fails.",
                    retry_after_s=REPORT_LAPSES_MS / 1000,
                )
            if claim is Claim.DONE:
                self._metrics.count(MEETING_EVENTS, kind="repeated")
                continue
            await self._took(event)
            await self._reports.done(key)
            self._metrics.count(MEETING_EVENTS, kind=event.kind.value)

    async def _took(self, event: MeetingEvent) -> None:
        log.info(
            "meeting_event",
            extra={
                "kind": event.kind.value,
                "attempt_id": event.booth.attempt_id,
                "participant_id": event.participant_id,
            },
        )
        if event.kind is not MeetingEventKind.ENDED:
            return
        # A booth that vanished under a running attempt: its page comes back into a new one.
        try:
            attempt = await self._store.attempt(event.booth.attempt_id)
        except ExamhallError:
            return
        page = await self._pages.find(attempt.id)
        if attempt.state not in OVER and page is not None and attempt.taken_out_at is None:
            page.tell(MeetingNotice("join", None))

    # ---- around ----------------------------------------------------------------------------------

    async def _running(self, attempt_id: str) -> AttemptRecord:
        attempt = await self._store.attempt(attempt_id)
        if attempt.state in OVER:
            raise ExamhallError(
                ErrorKind.CONFLICT, "attempt_over", "The attempt is over; nothing is live any more."
            )
        return attempt

    async def _log(self, attempt_id: str, entry: Entry, said: Mapping[str, str], reason: str = "") -> None:
        async with self._store.begin(attempt_id) as tx:
            await tx.log(entry, {**said, "reason": reason} if reason else said)


def _booth(attempt: AttemptRecord) -> Booth:
    return Booth(attempt.exam_id, attempt.id)
