"""The real clock and real randomness."""

import base64
import secrets
import time
from collections.abc import Callable

# Counts while the machine sleeps, where the system has such a clock: sleep is an absence like any other.
_ELAPSED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _elapsed_ms() -> int:
    return time.clock_gettime_ns(_ELAPSED) // 1_000_000


class SystemClock:
    """Implements `application.ports.clock.Clock`: the system's clock as it was at the start, and what has passed.

    wall_ms, elapsed_ms: the two sources, for tests.
    """

    def __init__(
        self, wall_ms: Callable[[], int] = _wall_ms, elapsed_ms: Callable[[], int] = _elapsed_ms
    ) -> None:
        self._wall_ms = wall_ms
        self._elapsed_ms = elapsed_ms
        self._base_ms = wall_ms() - elapsed_ms()

    def now_ms(self) -> int:
        return self._base_ms + self._elapsed_ms()

    def wall_ms(self) -> int:
        return self._wall_ms()

    def not_before(self, ms: int) -> None:
        self._base_ms = max(self._base_ms, ms - self._elapsed_ms())

    def monotonic_s(self) -> float:
        return time.monotonic()


class SystemIds:
    """Implements `application.ports.clock.Ids`."""

    def new_id(self) -> str:
        return base64.b32encode(secrets.token_bytes(17)).decode().lower()[:26]

    def new_token(self) -> str:
        return secrets.token_urlsafe(32)

    def new_salt(self) -> bytes:
        return secrets.token_bytes(32)
