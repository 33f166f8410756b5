"""Live views: who may look at whom, and the relay of what both ends say to set it up.

Only the server mints a watch id, after checking that the attempt belongs to the proctor's exam; only the
two ends of a watch can speak inside it. A watch lives at the server of its proctor; where the candidate's page is at
another server, that one knows it as a `_Guest` and passes on what is said.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Protocol

from examhall.application.lifecycle import ended
from examhall.application.notices_json import Json, notice_from_json, notice_to_json
from examhall.application.pages import FarPage, HearingPage, Pages
from examhall.application.peers import Peers
from examhall.application.ports.attempt_store import AttemptStore
from examhall.application.ports.clock import Ids
from examhall.application.ports.live import (
    PageLink,
    PageNotice,
    WatchClosedNotice,
    WatchOpenedNotice,
    WatchProfile,
    WatchSignal,
)
from examhall.application.ports.meetings import Booth, MeetingProvider, WatchTerms
from examhall.application.ports.servers import Servers
from examhall.domain.attempt import OVER
from examhall.domain.errors import ErrorKind, ExamhallError

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0  # for servers that are gone


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
    page: HearingPage
    proctor: ProctorLink

    @property
    def attempt_id(self) -> str:
        return self.booth.attempt_id


@dataclass(frozen=True, slots=True)
class WatchRef:
    """What is known of a live view everywhere."""

    id: str
    booth: Booth

    @property
    def attempt_id(self) -> str:
        return self.booth.attempt_id


@dataclass(frozen=True, slots=True)
class _Guest:
    """A live view of a page here by a proctor at another server."""

    server_id: str
    attempt_id: str
    page: PageLink


class Watches:
    """All live views whose proctor or candidate is at this server."""

    def __init__(
        self,
        pages: Pages,
        meetings: MeetingProvider,
        store: AttemptStore,
        ids: Ids,
        servers: Servers,
        peers: Peers,
    ) -> None:
        self._pages = pages
        self._meetings = meetings
        self._store = store
        self._ids = ids
        self._servers = servers
        self._peers = peers
        self._open: dict[str, Watch] = {}
        self._guests: dict[str, _Guest] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None
        pages.watched(self._watched_by, self._told_from_afar)
        peers.on_question("watch", self._asked)
        peers.on_notice("from_page", self._heard_from_page)
        peers.on_notice("watch_ended", self._ended_at_page)

    async def start(self) -> None:
        if not self._servers.alone:
            self._looking = asyncio.create_task(self._look_for_gone_servers())

    async def stop(self) -> None:
        if self._looking is not None:
            await ended([self._looking])
        await self.settle()

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
        watch_id = self._new_id()
        terms = await self._meetings.watch_terms(watch_id)
        page = await self._pages.find(attempt_id)
        if page is None or not page.hears or attempt.consented_at is None:
            raise _not_connected()
        most = self._meetings.capabilities.most_watchers
        open_now = page.watched_by if isinstance(page, FarPage) else self._watched_by(attempt_id)
        if most is not None and open_now >= most:
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

    async def of_user(self, exam_id: str, user_id: str, watch_id: str) -> WatchRef:
        """The open live view of this proctor in this exam, at whichever server.

        Raises `ExamhallError` `watch_not_found`.
        """
        home = watch_id.partition(".")[2]
        if home and home != self._servers.server_id and await self._servers.reachable(home):
            body = {"exam_id": exam_id, "user_id": user_id, "watch_id": watch_id}
            said = await self._peers.ask(home, "watch", body)
            if said is None or said["attempt_id"] is None:
                raise _not_found()
            return WatchRef(watch_id, Booth(exam_id, str(said["attempt_id"])))
        watch = self._of_user(exam_id, user_id, watch_id)
        if watch is None:
            raise _not_found()
        return WatchRef(watch.id, watch.booth)

    def _of_user(self, exam_id: str, user_id: str, watch_id: str) -> Watch | None:
        watch = self._open.get(watch_id)
        mine = watch is not None and watch.proctor.user_id == user_id and watch.booth.exam_id == exam_id
        return watch if mine else None

    async def _asked(self, _: str, body: Json) -> Json:
        watch = self._of_user(str(body["exam_id"]), str(body["user_id"]), str(body["watch_id"]))
        return {"attempt_id": None if watch is None else watch.attempt_id}

    def _new_id(self) -> str:
        """Where there are several servers it says at which the live view is."""
        watch_id = self._ids.new_id()
        return watch_id if self._servers.alone else f"{watch_id}.{self._servers.server_id}"

    def _watched_by(self, attempt_id: str) -> int:
        """How many look at a page that is here."""
        here = sum(w.attempt_id == attempt_id for w in self._open.values())
        return here + sum(guest.attempt_id == attempt_id for guest in self._guests.values())

    def from_proctor(self, proctor: ProctorLink, signal: WatchSignal) -> None:
        """Pass on to the candidate's page. Raises `ExamhallError` `watch_not_found` for any stranger."""
        watch = self._open.get(signal.watch_id)
        if watch is None or watch.proctor is not proctor:
            raise _not_found()
        watch.page.tell(signal)

    def from_page(self, page: PageLink, signal: WatchSignal) -> None:
        """Pass on to the proctor's page. Raises `ExamhallError` `watch_not_found` for any stranger."""
        guest = self._guests.get(signal.watch_id)
        if guest is not None and guest.page is page:
            self._peers.tell(guest.server_id, "from_page", notice_to_json(signal))
            return
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
        for watch_id, guest in list(self._guests.items()):
            if guest.page is page:
                self._send_home(watch_id, guest, "candidate_left")

    async def end_all(self, attempt_id: str, reason: str) -> None:
        """The attempt is over, or consent was withdrawn: nobody may look any more."""
        for watch in [w for w in self._open.values() if w.attempt_id == attempt_id]:
            await self._end(watch, reason)
        for watch_id, guest in list(self._guests.items()):
            if guest.attempt_id == attempt_id:
                guest.page.tell(WatchClosedNotice(watch_id, reason))
                self._send_home(watch_id, guest, reason)
        if not self._meetings.capabilities.signalled:
            attempt = await self._store.attempt(attempt_id)
            self._later(self._close(Booth(attempt.exam_id, attempt_id)))

    async def settle(self) -> None:
        """Wait for what is still being said to the meeting provider."""
        await asyncio.gather(*self._leaving)

    # ---- with other servers ----------------------------------------------------------------------

    def _told_from_afar(self, sender: str, attempt_id: str, page: PageLink, notice: PageNotice) -> None:
        """A proctor at another server opens or closes a live view of a page here."""
        if isinstance(notice, WatchOpenedNotice):
            self._guests[notice.watch_id] = _Guest(sender, attempt_id, page)
        elif isinstance(notice, WatchClosedNotice):
            self._guests.pop(notice.watch_id, None)

    def _heard_from_page(self, sender: str, body: Json) -> None:
        signal = notice_from_json(body)
        watch = self._open.get(signal.watch_id) if isinstance(signal, WatchSignal) else None
        if watch is not None and isinstance(signal, WatchSignal) and _is_at(watch, sender):
            watch.proctor.hear(signal)

    def _send_home(self, watch_id: str, guest: _Guest, reason: str) -> None:
        self._guests.pop(watch_id, None)
        self._peers.tell(guest.server_id, "watch_ended", {"watch_id": watch_id, "reason": reason})

    def _ended_at_page(self, sender: str, body: Json) -> None:
        watch = self._open.get(str(body["watch_id"]))
        if watch is not None and _is_at(watch, sender):
            self._later(self._end(watch, str(body["reason"])))

    async def _look_for_gone_servers(self) -> None:
        """A live view ends with either of its servers."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self._end_with_gone_servers()
            except ExamhallError as error:
                log.warning("watches_not_looked_at", extra={"code": error.code})

    async def _end_with_gone_servers(self) -> None:
        far = [(w, w.page.server_id) for w in self._open.values() if isinstance(w.page, FarPage)]
        servers = {server_id for _, server_id in far} | {g.server_id for g in self._guests.values()}
        gone = {
            one
            for one in servers - set(self._servers.seen)
            if self._servers.seen and not await self._servers.reachable(one)
        }
        for watch, server_id in far:
            if server_id in gone:
                await self._end(watch, "candidate_left")
        for watch_id, guest in list(self._guests.items()):
            if guest.server_id in gone:
                del self._guests[watch_id]
                guest.page.tell(WatchClosedNotice(watch_id, "proctor_left"))
                async with self._store.begin(guest.attempt_id) as tx:
                    await tx.log("watch_closed", {"watch_id": watch_id})

    # ---- the end ---------------------------------------------------------------------------------

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
            if entry == "watch_opened" and tx.attempt.taken_out_at is not None:
                await tx.save_attempt(replace(tx.attempt, taken_out_at=None))
            await tx.log(entry, {"watch_id": watch.id, "by": watch.proctor.user_id})


def _is_at(watch: Watch, server_id: str) -> bool:
    """Whether the watched page is at that server."""
    return isinstance(watch.page, FarPage) and watch.page.server_id == server_id


def _not_connected() -> ExamhallError:
    return ExamhallError(
        ErrorKind.CONFLICT, "candidate_not_connected", "The candidate's page is not connected now."
    )


def _not_found() -> ExamhallError:
    return ExamhallError(
        ErrorKind.NOT_FOUND, "watch_not_found", "This live view is not open, or is not yours."
    )
