"""The attempt's own clock: seconds it was looked after, wherever the wall clock wanders."""

from examhall.application.ports.clock import Clock
from examhall.domain import clock as domain_clock


class AttemptClock:
    """Monotonic since this owner took over, plus what was stored by the one before."""

    def __init__(self, clock: Clock, base_s: float) -> None:
        self._clock = clock
        self._seconds = domain_clock.AttemptClock(base_s, clock.monotonic_s())

    def now_s(self) -> float:
        return self._seconds.read(self._clock.monotonic_s())

    def now_ms(self) -> int:
        """Wall clock, for records."""
        return self._clock.now_ms()

    def wall_ms(self, at_s: float) -> int:
        """The wall clock's word for a moment of this clock, as the wall clock stands now."""
        return self._clock.now_ms() - round((self.now_s() - at_s) * 1000)
