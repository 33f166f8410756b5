"""Live views: who may look at whom, and the relay of what both ends say to set it up.

Only the server mints a watch id, after checking that the attempt belongs to the proctor's exam; only the
two ends of a watch can speak inside it.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Protocol

from examhall.application.ports.attempt_store import AttemptStore
from examhall.application.ports.clock import Ids
from examhall.application.ports.live import (
    LiveAttempts,
    PageLink,
    WatchClosedNotice,
    WatchOpenedNotice,
    WatchProfile,
    WatchSignal,
)
from examhall.application.ports.meetings import Booth, MeetingProvider, WatchTerms
from examhall.domain.attempt import OVER
from examhall.domain.errors import ErrorKind, ExamhallError

log = logging.getLogger(__name__)


class ProctorLink(Protocol):
    """The proctor's end of a live view."""

    @property
    def user_id(self) -> str: ...

    def hear(self, notice: WatchSignal | WatchClosedNotice) -> None:
        """Never waits."""
        ...


@dataclass(frozen=True, slots=True)
class Watch:
    """One live view of one attempt by one proctor's page."""

    id: str
    booth: Booth
    terms: WatchTerms
    page: PageLink
    proctor: ProctorLink

    @property
    def attempt_id(self) -> str:
        return self.booth.attempt_id


class Watches:
    """All live views of this server."""

    def __init__(self, live: LiveAttempts, meetings: MeetingProvider, store: AttemptStore, ids: Ids) -> None:
        self._live = live
        self._meetings = meetings
        self._store = store
        self._ids = ids
        self._open: dict[str, Watch] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    async def open(self, exam_id: str, attempt_id: str, profile: WatchProfile, proctor: ProctorLink) -> Watch:
        """Mint a watch and tell the candidate's page to offer. The caller has checked the proctor's role in `exam_id`.

        Raises `ExamhallError` `attempt_not_found` (also of another exam), `attempt_over`,
        `candidate_not_connected`, `too_many_watchers`.
        """
        attempt = await self._store.attempt(attempt_id)
        if attempt.exam_id != exam_id:
            raise ExamhallError(
                ErrorKind.NOT_FOUND, "attempt_not_found", "There is no such attempt in this exam."
            )
        if attempt.state in OVER:
            raise ExamhallError(
                ErrorKind.CONFLICT, "attempt_over", "The attempt is over; nothing is live any more."
            )
        policy = await self._store.policy(attempt)
        watch_id = self._ids.new_id()
        terms = await self._meetings.watch_terms(watch_id)
        page = self._live.page_of(attempt_id)
        if page is None or not page.hears or attempt.consented_at is None:
            raise _not_connected()
        most = self._meetings.capabilities.most_watchers
        if most is not None and sum(w.attempt_id == attempt_id for w in self._open.values()) >= most:
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "too_many_watchers",
                f"{most} live views of this candidate are open already, and each takes a whole uplink of theirs; "
                "close one first.",
            )
        watch = Watch(watch_id, Booth(exam_id, attempt_id), terms, page, proctor)
        self._open[watch_id] = watch
        await self._log(attempt_id, "watch_opened", watch)
        if watch_id not in self._open:  # it ended while this was written
            raise _not_connected()
        # Last of all, so that the caller can tell the proctor before the page's offer comes.
        page.tell(WatchOpenedNotice(watch_id, self._meetings.name, terms, profile, tell=policy.tell_watching))
        return watch

    def of_user(self, exam_id: str, user_id: str, watch_id: str) -> Watch:
        """The open live view of this proctor in this exam. Raises `ExamhallError` `watch_not_found`."""
        watch = self._open.get(watch_id)
        if watch is None or watch.proctor.user_id != user_id or watch.booth.exam_id != exam_id:
            raise _not_found()
        return watch

    def of_attempt(self, attempt_id: str) -> frozenset[str]:
        """The ids of its open live views."""
        return frozenset(watch.id for watch in self._open.values() if watch.attempt_id == attempt_id)

    def is_open(self, watch_id: str) -> bool:
        return watch_id in self._open

    def from_proctor(self, proctor: ProctorLink, signal: WatchSignal) -> None:
        """Pass on to the candidate's page. Raises `ExamhallError` `watch_not_found` for any stranger."""
        watch = self._open.get(signal.watch_id)
        if watch is None or watch.proctor is not proctor:
            raise _not_found()
        watch.page.tell(signal)

    def from_page(self, page: PageLink, signal: WatchSignal) -> None:
        """Pass on to the proctor's page. Raises `ExamhallError` `watch_not_found` for any stranger."""
        watch = self._open.get(signal.watch_id)
        if watch is None or watch.page is not page:
            raise _not_found()
        watch.proctor.hear(signal)

    async def close(self, proctor: ProctorLink, watch_id: str) -> None:
        """The proctor closes it; nothing happens when it is closed already or another's."""
        watch = self._open.get(watch_id)
        if watch is not None and watch.proctor is proctor:
            await self._end(watch, "closed")

    async def proctor_left(self, proctor: ProctorLink) -> None:
        """Its socket is gone, or its rights have ended."""
        for watch in [w for w in self._open.values() if w.proctor is proctor]:
            await self._end(watch, "proctor_left")

    async def page_left(self, page: PageLink) -> None:
        for watch in [w for w in self._open.values() if w.page is page]:
            await self._end(watch, "candidate_left")

    async def end_all(self, attempt_id: str, reason: str) -> None:
        """The attempt is over, or consent was withdrawn: nobody may look any more."""
        for watch in [w for w in self._open.values() if w.attempt_id == attempt_id]:
            await self._end(watch, reason)
        if not self._meetings.capabilities.signalled:
            attempt = await self._store.attempt(attempt_id)
            self._later(self._close(Booth(attempt.exam_id, attempt_id)))

    async def settle(self) -> None:
        """Wait for what is still being said to the meeting provider."""
        await asyncio.gather(*self._leaving)

    async def _end(self, watch: Watch, reason: str) -> None:
        if self._open.pop(watch.id, None) is None:
            return
        notice = WatchClosedNotice(watch.id, reason)
        watch.page.tell(notice)
        watch.proctor.hear(notice)
        if not self._meetings.capabilities.signalled:
            self._later(self._take_out(watch))
        await self._log(watch.attempt_id, "watch_closed", watch)

    def _later(self, doing: Coroutine[None, None, None]) -> None:
        """Beside the rest: nobody waits for a provider that is slow or down."""
        task = asyncio.create_task(doing)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _take_out(self, watch: Watch) -> None:
        """A page that kept its way in must not go on looking."""
        try:
            await self._meetings.remove(watch.booth, watch.id)
        except ExamhallError as error:
            log.warning("watcher_not_taken_out", extra={"watch_id": watch.id, "code": error.code})

    async def _close(self, booth: Booth) -> None:
        try:
            await self._meetings.close(booth)
        except ExamhallError as error:  # the sweep of `Meetings` closes it later
            log.warning("booth_not_closed", extra={"attempt_id": booth.attempt_id, "code": error.code})

    async def _log(self, attempt_id: str, entry: str, watch: Watch) -> None:
        """Who looked live, and when, is part of the attempt's story."""
        async with self._store.begin(attempt_id) as tx:
            await tx.log(entry, {"watch_id": watch.id, "by": watch.proctor.user_id})


def _not_connected() -> ExamhallError:
    return ExamhallError(
        ErrorKind.CONFLICT, "candidate_not_connected", "The candidate's page is not connected now."
    )


def _not_found() -> ExamhallError:
    return ExamhallError(
        ErrorKind.NOT_FOUND, "watch_not_found", "This live view is not open, or is not yours."
    )
