"""The two clocks of an attempt: the one its rules run on, and the one that ends the exam.

Rules run on seconds that only go forward. The exam ends at
`min(started + duration + credits, window end + credits)`, ms since the epoch; the ledger of credits says why.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from examhall.domain.errors import ErrorKind, ExamhallError

CAPTURE_TRUST_MS = 10_000  # how far back the candidate's word about a capture time is taken
HEARTBEAT_S = 5.0


class CreditReason(StrEnum):
    PAUSE = "pause"
    SERVER_FAULT = "server_fault"
    NETWORK_LOSS = "network_loss"
    PROCTOR = "proctor"


@dataclass(frozen=True, slots=True)
class Credit:
    """Time given back. at_ms: when it was given, for lost time the moment when the loss ended."""

    seconds: float
    reason: CreditReason
    at_ms: int
    note: str = ""


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


def pause_credit(paused_at_ms: int, resumed_at_ms: int, note: str = "") -> Credit:
    """Return the credit for a pause, in full; a clock set back meanwhile gives nothing and takes nothing."""
    return Credit(_span_s(paused_at_ms, resumed_at_ms), CreditReason.PAUSE, resumed_at_ms, note)


def server_fault_credit(
    last_beat_ms: int, back_at_ms: int, live_at_ms: int, ledger: Iterable[Credit] = ()
) -> Credit | None:
    """Return the credit for the time a server was away, in full, or None when no beat was missed.

    last_beat_ms: the last heartbeat row. live_at_ms: when the attempt began; before, nothing is owed.
    ledger: the credits given already; the same second is not given twice.
    """
    if back_at_ms - last_beat_ms <= 2 * HEARTBEAT_S * 1000:
        return None
    seconds = _uncovered_s(max(last_beat_ms, live_at_ms), back_at_ms, ledger)
    return Credit(seconds, CreditReason.SERVER_FAULT, back_at_ms) if seconds > 0 else None


def network_credit(
    lost_at_ms: int, back_at_ms: int, ledger: Iterable[Credit], limit_s: float
) -> Credit | None:
    """Return the credit for a lost connection, as far as the policy's total limit goes; None when used up.

    Beyond the limit a proctor decides. Time that a pause or server fault gave back is not given twice.
    """
    given = tuple(ledger)
    left_s = max(0.0, limit_s - credited_s(given, CreditReason.NETWORK_LOSS))
    seconds = min(_uncovered_s(lost_at_ms, back_at_ms, given), left_s)
    return Credit(seconds, CreditReason.NETWORK_LOSS, back_at_ms) if seconds > 0 else None


def _span_s(from_ms: int, to_ms: int) -> float:
    return max(0, to_ms - from_ms) / 1000.0


def _uncovered_s(from_ms: int, to_ms: int, ledger: Iterable[Credit]) -> float:
    """Return the seconds of a span that no credit for lost time covers yet."""
    spans = sorted(
        (c.at_ms - round(c.seconds * 1000), c.at_ms) for c in ledger if c.reason is not CreditReason.PROCTOR
    )
    free_ms, at_ms = 0, from_ms
    for begin_ms, end_ms in spans:
        free_ms += max(0, min(begin_ms, to_ms) - at_ms)
        at_ms = max(at_ms, end_ms)
    return (free_ms + max(0, to_ms - at_ms)) / 1000.0
