"""Slows down who guesses."""

from collections import OrderedDict, deque
from collections.abc import Iterable

from examhall.application.ports.clock import Clock
from examhall.domain.errors import ErrorKind, ExamhallError

_KEYS_AT_MOST = 10_000


class Throttle:
    """Counts failures for each key within a sliding window; too many close the door until the oldest is out.

    Overflow: with more than 10,000 keys the one that failed longest ago is forgotten.
    """

    def __init__(self, clock: Clock, *, failures: int, window_s: float) -> None:
        self._clock = clock
        self._failures = failures
        self._window_s = window_s
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def admit(self, keys: Iterable[str]) -> None:
        """Raise `ExamhallError` `too_many_tries`, with the time to wait, when a key has failed too often."""
        wait_s = max((self._wait_s(key) for key in keys), default=0.0)
        if wait_s > 0:
            raise ExamhallError(
                ErrorKind.TOO_MANY,
                "too_many_tries",
                f"Too many failed tries. Wait {round(wait_s) or 1} seconds, then try again.",
                retry_after_s=wait_s,
            )

    def failed(self, keys: Iterable[str]) -> None:
        for key in keys:
            times = self._failed.setdefault(key, deque(maxlen=self._failures))
            times.append(self._clock.monotonic_s())
            self._failed.move_to_end(key)
        while len(self._failed) > _KEYS_AT_MOST:
            self._failed.popitem(last=False)

    def succeeded(self, key: str) -> None:
        self._failed.pop(key, None)

    def forgive(self, key: str) -> None:
        """Take back the newest failure of a key that others share (an address behind a router)."""
        times = self._failed.get(key)
        if times:
            times.pop()

    def _wait_s(self, key: str) -> float:
        times = self._failed.get(key)
        if times is None:
            return 0.0
        since = self._clock.monotonic_s() - self._window_s
        while times and times[0] <= since:
            times.popleft()
        return times[0] - since if len(times) >= self._failures else 0.0
