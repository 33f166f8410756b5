"""The port to failed logins, shared by all servers and kept across restarts."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class LoginFailures(Protocol):
    """A failure is one try under one or two keys (an account, an address)."""

    async def times(
        self, keys: Sequence[str], *, after_ms: int, until_ms: int
    ) -> Mapping[str, Sequence[int]]:
        """When each key has failed, the oldest first; a key without failures may be missing."""
        ...

    async def add(self, try_id: str, keys: Sequence[str], at_ms: int) -> None: ...

    async def take_back(self, try_id: str) -> None: ...

    async def forget(self, key: str) -> None: ...
