"""The port to password hashing. Slow on purpose, so never on the event loop."""

from typing import Protocol


class Passwords(Protocol):
    async def hash(self, password: str) -> str:
        """A salted hash that names its own parameters."""
        ...

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether it is the password. With None (no such account) it takes as long and says False."""
        ...
