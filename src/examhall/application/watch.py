"""Live views: who may look at whom, and the relay of what both ends say to set it up.

Only the server mints a watch id, after checking that the attempt belongs to the proctor's exam; only the
two ends of a watch can speak inside it.
"""

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
from examhall.application.ports.meetings import MeetingProvider, WatchTerms
from examhall.domain.attempt import OVER
from examhall.domain.errors import ErrorKind, ExamhallError

MAX_WATCHERS = 3


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
    attempt_id: str
    terms: WatchTerms
    page: PageLink
    proctor: ProctorLink


class Watches:
    """All live views of this server."""

    def __init__(self, live: LiveAttempts, meetings: MeetingProvider, store: AttemptStore, ids: Ids) -> None:
        self._live = live
        self._meetings = meetings
        self._store = store
        self._ids = ids
        self._open: dict[str, Watch] = {}

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
        if sum(watch.attempt_id == attempt_id for watch in self._open.values()) >= MAX_WATCHERS:
            raise ExamhallError(
                ErrorKind.CONFLICT,
                "too_many_watchers",
                f"{MAX_WATCHERS} live views of this candidate are open already; close one first.",
            )
        watch = Watch(watch_id, attempt_id, terms, page, proctor)
        self._open[watch_id] = watch
        await self._log(attempt_id, "watch_opened", watch)
        if watch_id not in self._open:  # it ended while this was written
            raise _not_connected()
        # Last of all, so that the caller can tell the proctor before the page's offer comes.
        page.tell(WatchOpenedNotice(watch_id, terms, profile, tell=policy.tell_watching))
        return watch

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

    async def _end(self, watch: Watch, reason: str) -> None:
        if self._open.pop(watch.id, None) is None:
            return
        notice = WatchClosedNotice(watch.id, reason)
        watch.page.tell(notice)
        watch.proctor.hear(notice)
        await self._log(watch.attempt_id, "watch_closed", watch)

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
