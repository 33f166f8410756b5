"""argon2id with the library's current parameters."""

import anyio
from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2  # each takes 64 MiB and most of a core


class Argon2Passwords:
    """Implements `application.ports.passwords.Passwords`."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._limit: CapacityLimiter | None = None
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        return await to_thread.run_sync(self._hasher.hash, password, limiter=self._limiter())

    async def verify(self, hashed: str | None, password: str) -> bool:
        # Made for whoever asks first, so that the first unknown address does not take longer than a known one.
        self._nobody = self._nobody or await self.hash("nobody has this password")
        if hashed is None:
            await to_thread.run_sync(self._verify, self._nobody, password, limiter=self._limiter())
            return False
        return await to_thread.run_sync(self._verify, hashed, password, limiter=self._limiter())

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _limiter(self) -> CapacityLimiter:
        # Made on first use: it belongs to the running event loop.
        self._limit = self._limit or anyio.CapacityLimiter(_AT_ONCE)
        return self._limit
