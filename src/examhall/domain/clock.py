"""The two clocks of an attempt: the one its rules run on, and the one that ends the exam.

Rules run on seconds that only go forward. The exam ends at
`min(started + duration + credits, window end + credits)`, ms since the epoch; the ledger of credits says why.

Lost time is given back in exact stretches: a second that one credit gave back is never given by another,
in whatever order pauses, faults and lost connections overlap and are settled.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from examhall.domain.errors import ErrorKind, ExamhallError

CAPTURE_TRUST_MS = 10_000  # how far back the candidate's word about a capture time is taken
HEARTBEAT_S = 5.0
SHORTEST_FAULT_MS = 1000


class CreditReason(StrEnum):
    PAUSE = "pause"
    SERVER_FAULT = "server_fault"
    NETWORK_LOSS = "network_loss"
    PROCTOR = "proctor"


@dataclass(frozen=True, slots=True)
class Credit:
    """Time given back. at_ms: when a proctor gave it; for lost time the end of the stretch that was lost.

    seconds: whole milliseconds; below zero where a proctor takes back what one gave.
    """

    seconds: float
    reason: CreditReason
    at_ms: int
    note: str = ""

    @property
    def span_ms(self) -> tuple[int, int]:
        """The stretch that was lost, from and to, ms since the epoch; without meaning for a proctor's."""
        return self.at_ms - round(self.seconds * 1000), self.at_ms


class AttemptClock:
    """Seconds on the attempt's server clock: a stored base and the monotonic time since then.

    A monotonic clock that nevertheless runs backwards makes it stand still, never go back.
    """

    __slots__ = ("_last_s", "_offset_s")

    def __init__(self, base_s: float, monotonic_s: float) -> None:
        self._offset_s = base_s - monotonic_s
        self._last_s = base_s

    def read(self, monotonic_s: float) -> float:
        """Return the attempt's time for a reading of the machine's monotonic clock."""
        self._last_s = max(self._last_s, self._offset_s + monotonic_s)
        return self._last_s


def clamp_captured_ms(captured_at_ms: int, received_at_ms: int) -> int:
    """Return the capture time, taken from the candidate's word only within [received - 10 s, received]."""
    return min(max(captured_at_ms, received_at_ms - CAPTURE_TRUST_MS), received_at_ms)


def credited_s(ledger: Iterable[Credit], reason: CreditReason | None = None) -> float:
    """Return the seconds given back, of one reason or of all."""
    return sum(c.seconds for c in ledger if reason is None or c.reason is reason)


def deadline_ms(started_at_ms: int, duration_s: float, window_end_ms: int, ledger: Iterable[Credit]) -> int:
    """Return when the exam ends for this attempt.

    Raises `ExamhallError` with code `duration_not_positive` when there is nothing to sit.
    """
    if duration_s <= 0:
        raise ExamhallError(
            ErrorKind.INVALID, "duration_not_positive", "The exam needs a duration above zero seconds."
        )
    credit_ms = round(credited_s(ledger) * 1000)
    return min(started_at_ms + round(duration_s * 1000), window_end_ms) + credit_ms


def remaining_s(end_ms: int, now_ms: int, paused_at_ms: int | None = None) -> float:
    """Return the seconds left, never below zero; while paused the clock stands at `paused_at_ms`."""
    seen_ms = now_ms if paused_at_ms is None else min(paused_at_ms, now_ms)
    return max(0, end_ms - seen_ms) / 1000.0


def pause_credits(paused_at_ms: int, resumed_at_ms: int, ledger: Iterable[Credit] = ()) -> tuple[Credit, ...]:
    """Return the credits for a pause, in full."""
    return _give_back(CreditReason.PAUSE, paused_at_ms, resumed_at_ms, ledger)


def server_fault_credits(
    last_beat_ms: int,
    back_at_ms: int,
    live_at_ms: int,
    ledger: Iterable[Credit] = (),
    limit_s: float = math.inf,
) -> tuple[Credit, ...]:
    """Return the credits for the time a server was away, as far as the policy's total limit goes.

    last_beat_ms: the last heartbeat row. live_at_ms: when the attempt began; before, nothing is owed. An
    absence below a second is none.
    """
    if back_at_ms - last_beat_ms < SHORTEST_FAULT_MS:
        return ()
    lost_at_ms = max(last_beat_ms, live_at_ms)
    return _give_back(CreditReason.SERVER_FAULT, lost_at_ms, back_at_ms, ledger, limit_s)


def network_credits(
    lost_at_ms: int, back_at_ms: int, ledger: Iterable[Credit], limit_s: float
) -> tuple[Credit, ...]:
    """Return the credits for a lost connection, as far as the policy's total limit goes.

    Beyond the limit a proctor decides.
    """
    return _give_back(CreditReason.NETWORK_LOSS, lost_at_ms, back_at_ms, ledger, limit_s)


def _give_back(
    reason: CreditReason, from_ms: int, to_ms: int, ledger: Iterable[Credit], limit_s: float = math.inf
) -> tuple[Credit, ...]:
    """Return one credit for each stretch of the span that none has given back yet, earliest first.

    limit_s: of all credits of this reason, those in the ledger counted.
    """
    given = tuple(ledger)
    left_ms = max(0.0, (limit_s - credited_s(given, reason)) * 1000)
    found: list[Credit] = []
    for begin_ms, end_ms in _uncovered(from_ms, to_ms, given):
        length_ms = int(min(end_ms - begin_ms, left_ms))
        if length_ms > 0:
            found.append(Credit(length_ms / 1000.0, reason, begin_ms + length_ms))
            left_ms -= length_ms
    return tuple(found)


def _uncovered(from_ms: int, to_ms: int, ledger: Iterable[Credit]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a span that no credit for lost time covers, in order."""
    at_ms = from_ms
    for begin_ms, end_ms in sorted(c.span_ms for c in ledger if c.reason is not CreditReason.PROCTOR):
        if begin_ms > at_ms and to_ms > at_ms:
            yield at_ms, min(begin_ms, to_ms)
        at_ms = max(at_ms, end_ms)
    if to_ms > at_ms:
        yield at_ms, to_ms
