"""Slows down who guesses, over restarts and on every server alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examhall.application.ports.clock import Clock, Ids
from examhall.application.ports.keys import KeyRing
from examhall.application.ports.login_failures import LoginFailures
from examhall.domain.errors import ErrorKind, ExamhallError

_AHEAD_MS = 60_000  # servers' clocks differ; what lies further ahead was written before a clock was set back


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many failures of this key within the window. The key may be private: only a keyed hash is stored."""

    key: str
    failures: int


@dataclass(frozen=True, slots=True)
class Try:
    """One try that was let through and counts as failed until it is settled. last: the next one is refused."""

    id: str
    last: bool


class Throttle:
    """Counts failures for each key within a sliding window; too many close the door until the oldest is out.

    A refused try is not counted, so the door opens again by itself however hard somebody knocks.
    """

    def __init__(
        self, store: LoginFailures, keys: KeyRing, clock: Clock, ids: Ids, *, window_s: float
    ) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._window_ms = round(window_s * 1000)

    async def enter(self, limits: Sequence[Limit]) -> Try:
        """Let one try through, counted as failed before it is looked at: tries sent all at once count too.

        Raises `ExamhallError` `too_many_tries` with the time to wait.
        """
        hashed = {self._hash(limit.key): limit.failures for limit in limits}
        self._refuse_full(hashed, await self._times(hashed), allowed=0)
        try_id = self._ids.new_id()
        await self._store.add(try_id, list(hashed), self._clock.now_ms())
        times = await self._times(hashed)
        try:
            self._refuse_full(hashed, times, allowed=1)  # others may have come in between
        except ExamhallError:
            await self._store.take_back(try_id)
            raise
        return Try(try_id, last=any(len(times.get(key, ())) >= most for key, most in hashed.items()))

    async def take_back(self, one: Try) -> None:
        """It was no failure."""
        await self._store.take_back(one.id)

    async def forget(self, key: str) -> None:
        """It was right: what failed before does not count any more."""
        await self._store.forget(self._hash(key))

    async def _times(self, hashed: Mapping[str, int]) -> Mapping[str, Sequence[int]]:
        now = self._clock.now_ms()
        return await self._store.times(list(hashed), after_ms=now - self._window_ms, until_ms=now + _AHEAD_MS)

    def _refuse_full(
        self, hashed: Mapping[str, int], times: Mapping[str, Sequence[int]], *, allowed: int
    ) -> None:
        wait_ms = 0
        for key, most in hashed.items():
            failed = times.get(key, ())
            over = len(failed) - most - allowed
            if over >= 0:
                wait_ms = max(wait_ms, failed[over] + self._window_ms - self._clock.now_ms(), 1)
        if wait_ms:
            wait_s = wait_ms / 1000
            raise ExamhallError(
                ErrorKind.TOO_MANY,
                "too_many_tries",
                f"Too many failed tries. Wait {round(wait_s) or 1} seconds, then try again.",
                retry_after_s=wait_s,
            )

    def _hash(self, key: str) -> str:
        return self._keys.sign(f"login:{key}".encode()).mac.hex()
