"""How fast the camera check asks for pictures, and which time counts against the candidate."""

FAST_S, SLOWED_S, SLOWEST_S = 0.2, 0.4, 1.0
_BUSY, _VERY_BUSY = 0.6, 0.8
# A looked-at picture is worth at most so much of a step's time, however long the server took to look at it.
LOOKED_S = 0.5
# A page that sent nothing for so long, with nothing of it waiting here, is silent for its own reasons.
SILENT_AFTER_S = 2.0
_TICK_S = 1.0
_BEHIND_S = 1.5


def asked_interval_s(busy_ratio: float) -> float:
    """Seconds between two pictures of one check; busy_ratio: of the workers, 0..1."""
    if busy_ratio > _VERY_BUSY:
        return SLOWEST_S
    return SLOWED_S if busy_ratio > _BUSY else FAST_S


class CheckTime:
    """The time that the steps' limits run on: a slow server must never fail anybody.

    It goes on with every picture (or piece of sound) that was looked at, and with every second in which the
    page sent none. It stands while something of the candidate's waits here, and over what the server dropped.
    All `at_s` are seconds on the attempt's clock; `now_s` is a time of its own.
    """

    def __init__(self) -> None:
        self._now_s = 0.0
        self._counted_s = 0.0  # up to here the attempt's clock is accounted for
        self._silent = False
        self._dropped = False

    @property
    def now_s(self) -> float:
        return self._now_s

    def begin(self, at_s: float) -> None:
        """A step is begun: what was before does not count."""
        self._counted_s, self._silent, self._dropped = at_s, False, False

    def looked(self, at_s: float) -> None:
        self._now_s += max(0.0, min(LOOKED_S, at_s - self._counted_s))
        self.begin(at_s)

    def dropped(self, at_s: float) -> None:
        """The server did not look at what came."""
        self.begin(at_s)
        self._dropped = True

    def waited(self, at_s: float, *, held: bool) -> None:
        """To be called every second. held: whether something that came waits or is being looked at."""
        if held:
            self._silent = False
        elif self._silent or at_s - self._counted_s >= SILENT_AFTER_S:
            self._now_s += max(0.0, min(_TICK_S, at_s - self._counted_s))
            self._counted_s, self._silent = at_s, True

    def behind(self, at_s: float, *, held: bool) -> bool:
        """Whether the candidate waits for the server."""
        return self._dropped or (held and at_s - self._counted_s > _BEHIND_S)
