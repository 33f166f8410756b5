"""Leases and presence of a server that is the only one: everything is its own."""

from collections.abc import Collection, Mapping

from examhall.application.ports.leases import HeldBy, Taken
from examhall.application.ports.servers import ServerView


class MemoryLeases:
    """Implements `Leases`: always ours."""

    async def take(self, attempt_id: str, *, by_force: bool = False) -> Taken | HeldBy:  # noqa: ARG002
        return Taken()

    async def release(self, attempt_id: str) -> None:
        """There is nobody to let it go to."""

    async def renew(self, attempt_ids: Collection[str]) -> frozenset[str]:  # noqa: ARG002
        return frozenset()


class AloneServers:
    """Implements `Servers`: only us."""

    def __init__(self, server_id: str) -> None:
        self._server_id = server_id
        self._seen: dict[str, ServerView] = {}

    @property
    def server_id(self) -> str:
        return self._server_id

    @property
    def alone(self) -> bool:
        return True

    async def say(self, view: ServerView) -> None:
        self._seen = {view.server_id: view}

    async def look(self) -> Mapping[str, ServerView] | None:
        return self._seen

    @property
    def seen(self) -> Mapping[str, ServerView]:
        return self._seen

    async def reachable(self, server_id: str) -> bool:
        return server_id == self._server_id

    async def leave(self) -> None:
        self._seen = {}
