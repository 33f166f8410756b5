"""The candidates' pages, at whichever server they are: found here, or spoken to through that server."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from examhall.application.notices_json import FarNotice, Json, notice_from_json, notice_to_json
from examhall.application.peers import Peers
from examhall.application.ports.attempt_store import AttemptStore
from examhall.application.ports.live import LiveAttempts, PageLink, PageNotice
from examhall.application.ports.servers import Servers

ANSWER_WITHIN_S = 1.5


class HearingPage(Protocol):
    """A page that can be told things; here, or at another server."""

    @property
    def hears(self) -> bool: ...

    def tell(self, notice: FarNotice) -> None:
        """Never waits."""
        ...


@dataclass(frozen=True, slots=True)
class FarPage:
    """A page whose socket another server holds. watched_by: how many live views of it that server knows of."""

    server_id: str
    attempt_id: str
    instance_id: str
    hears: bool
    watched_by: int
    peers: Peers

    def tell(self, notice: FarNotice) -> None:
        body = {
            "attempt_id": self.attempt_id,
            "instance_id": self.instance_id,
            "notice": notice_to_json(notice),
        }
        self.peers.tell(self.server_id, "tell_page", body)


WatchedBy = Callable[[str], int]
ToldFromAfar = Callable[[str, str, PageLink, PageNotice], None]


class Pages:
    """Looks for pages, and lets other servers speak to those that are here."""

    def __init__(self, live: LiveAttempts, store: AttemptStore, servers: Servers, peers: Peers) -> None:
        self._live = live
        self._store = store
        self._servers = servers
        self._peers = peers
        self._watched_by: WatchedBy = lambda _: 0
        self._told: ToldFromAfar = lambda _, __, ___, ____: None
        peers.on_question("page", self._asked)
        peers.on_notice("tell_page", self._tell)

    def watched(self, watched_by: WatchedBy, told: ToldFromAfar) -> None:
        """Who counts the live views here, and is told of each notice that comes from another server."""
        self._watched_by, self._told = watched_by, told

    async def find(self, attempt_id: str) -> PageLink | FarPage | None:
        """None: the attempt has no page now, or its server does not answer."""
        here = self._live.page_of(attempt_id)
        if here is not None or self._servers.alone:
            return here
        owner = (await self._store.attempt(attempt_id)).owner_id
        if owner is None or owner == self._servers.server_id or not await self._servers.reachable(owner):
            return None
        said = await self._peers.ask(owner, "page", {"attempt_id": attempt_id}, ANSWER_WITHIN_S)
        if said is None or said["instance_id"] is None:
            return None
        return FarPage(
            owner,
            attempt_id,
            str(said["instance_id"]),
            bool(said["hears"]),
            int(str(said["watched_by"])),
            self._peers,
        )

    async def _asked(self, _: str, body: Json) -> Json:
        attempt_id = str(body["attempt_id"])
        page = self._live.page_of(attempt_id)
        if page is None:
            return {"instance_id": None, "hears": False, "watched_by": 0}
        return {
            "instance_id": page.instance_id,
            "hears": page.hears,
            "watched_by": self._watched_by(attempt_id),
        }

    def _tell(self, sender: str, body: Json) -> None:
        attempt_id, value = str(body["attempt_id"]), body["notice"]
        page = self._live.page_of(attempt_id)
        if page is None or page.instance_id != body["instance_id"] or not isinstance(value, dict):
            return
        notice = notice_from_json(value)
        self._told(sender, attempt_id, page, notice)
        page.tell(notice)
