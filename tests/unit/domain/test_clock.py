"""The exam clock, the ledger of credits and the attempt's own clock."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.domain.clock import (
    AttemptClock,
    Credit,
    CreditReason,
    clamp_captured_ms,
    credited_s,
    deadline_ms,
    network_credits,
    pause_credits,
    remaining_s,
    server_fault_credits,
)
from examhall.domain.errors import ExamhallError

T0 = 1_700_000_000_000
HOUR = 3_600_000
LEDGER = st.lists(
    st.builds(Credit, st.integers(0, 5000).map(float), st.sampled_from(list(CreditReason)), st.just(T0))
)


def test_deadline_without_credits_is_the_earlier_of_duration_and_window() -> None:
    assert deadline_ms(T0, 3600, T0 + 2 * HOUR, []) == T0 + HOUR
    assert deadline_ms(T0, 3600, T0 + HOUR // 2, []) == T0 + HOUR // 2


@given(LEDGER, st.integers(1, 20_000), st.integers(0, 20_000_000))
def test_every_credited_second_moves_the_deadline_by_itself(
    ledger: list[Credit], duration_s: int, window_ms: int
) -> None:
    bare = deadline_ms(T0, duration_s, T0 + window_ms, [])
    assert deadline_ms(T0, duration_s, T0 + window_ms, ledger) - bare == credited_s(ledger) * 1000


def test_an_exam_without_duration_is_refused() -> None:
    with pytest.raises(ExamhallError) as caught:
        deadline_ms(T0, 0, T0 + HOUR, [])
    assert caught.value.code == "duration_not_positive"


@given(st.integers(0, HOUR), st.integers(0, HOUR), st.integers(0, HOUR))
def test_a_pause_stops_the_clock_and_gives_back_all(before: int, pause: int, after: int) -> None:
    end = deadline_ms(T0, 3600, T0 + HOUR, [])
    paused_at, resumed_at = T0 + before, T0 + before + pause
    left = remaining_s(end, paused_at)
    assert remaining_s(end, resumed_at, paused_at_ms=paused_at) == left
    ledger = pause_credits(paused_at, resumed_at)
    end = deadline_ms(T0, 3600, T0 + HOUR, ledger)
    assert remaining_s(end, resumed_at) == left
    assert remaining_s(end, resumed_at + after) == max(0.0, round(left * 1000 - after) / 1000)


def test_a_wall_clock_set_back_gives_and_takes_nothing() -> None:
    assert pause_credits(T0, T0 - 5000) == ()
    assert network_credits(T0, T0 - 5000, [], 300) == ()
    assert server_fault_credits(T0, T0 - 5000, T0 - HOUR) == ()
    assert remaining_s(T0 + 1000, T0 - 4000, paused_at_ms=T0) == 5.0


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 100)), max_size=12), st.integers(0, 600))
def test_network_credits_never_pass_the_limit(losses: list[tuple[int, int]], limit_s: int) -> None:
    ledger: list[Credit] = []
    at, lost_s = T0, 0
    for lost, between in losses:
        at += between * 1000
        ledger += network_credits(at, at + lost * 1000, ledger, limit_s)
        at, lost_s = at + lost * 1000, lost_s + lost
    assert credited_s(ledger, CreditReason.NETWORK_LOSS) == min(lost_s, limit_s)


def test_lost_time_is_given_back_once_in_the_stretches_that_were_lost() -> None:
    pause = pause_credits(T0 + 10_000, T0 + 20_000)
    loss = network_credits(T0, T0 + 30_000, pause, 300)
    assert [(c.seconds, c.at_ms - T0) for c in loss] == [(10, 10_000), (10, 30_000)]
    fault = server_fault_credits(T0 - 30_000, T0 + 40_000, T0 - HOUR, [*pause, *loss])
    assert [(c.seconds, c.at_ms - T0) for c in fault] == [(30, 0), (10, 40_000)]
    proctor = Credit(60, CreditReason.PROCTOR, T0 + 30_000)
    assert credited_s(network_credits(T0, T0 + 30_000, [proctor], 300)) == 30


def test_a_server_fault_takes_a_second_and_a_live_attempt_and_ends_at_the_limit() -> None:
    assert server_fault_credits(T0, T0 + 999, T0 - HOUR) == ()
    assert server_fault_credits(T0, T0 + 60_000, T0 - HOUR) == (
        Credit(60, CreditReason.SERVER_FAULT, T0 + 60_000),
    )
    assert credited_s(server_fault_credits(T0, T0 + 60_000, T0 + 45_000)) == 15
    assert server_fault_credits(T0, T0 + 60_000, T0 - HOUR, (), 0) == ()
    assert credited_s(server_fault_credits(T0, T0 + 60_000, T0 - HOUR, (), 20)) == 20


SPAN = st.tuples(
    st.sampled_from([CreditReason.PAUSE, CreditReason.SERVER_FAULT, CreditReason.NETWORK_LOSS]),
    st.integers(0, 600_000),
    st.integers(0, 300_000),
)


def settled(ledger: list[Credit], reason: CreditReason, begin: int, end: int, limit_s: float) -> list[Credit]:
    if reason is CreditReason.PAUSE:
        return [*ledger, *pause_credits(begin, end, ledger)]
    if reason is CreditReason.SERVER_FAULT:
        return [*ledger, *server_fault_credits(begin, end, T0, ledger)]
    return [*ledger, *network_credits(begin, end, ledger, limit_s)]


@given(st.lists(SPAN, max_size=8), st.permutations(range(8)), st.integers(0, 7200))
def test_no_second_is_given_twice_whatever_overlaps_and_in_whatever_order(
    spans: list[tuple[CreditReason, int, int]], order: list[int], duration_s: int
) -> None:
    ledger: list[Credit] = []
    for place in order:
        for reason, begin, length in spans[place : place + 1]:
            ledger = settled(ledger, reason, T0 + begin, T0 + begin + length, limit_s=10_000)
    booked = sorted(credit.span_ms for credit in ledger)
    assert all(one[1] <= other[0] for one, other in pairwise(booked))
    lost = [
        (T0 + begin, T0 + begin + length)
        for reason, begin, length in spans
        if reason is not CreditReason.SERVER_FAULT or length >= 1000
    ]
    assert round(credited_s(ledger) * 1000) == union_ms(lost)  # every lost second once, and no other
    bare = deadline_ms(T0, duration_s + 1, T0 + HOUR, [])
    assert deadline_ms(T0, duration_s + 1, T0 + HOUR, ledger) - bare == union_ms(lost)


@given(st.lists(SPAN, max_size=8), st.integers(0, 300))
def test_the_limit_holds_whatever_overlaps(spans: list[tuple[CreditReason, int, int]], limit_s: int) -> None:
    ledger: list[Credit] = []
    for reason, begin, length in spans:
        ledger = settled(ledger, reason, T0 + begin, T0 + begin + length, limit_s)
    assert credited_s(ledger, CreditReason.NETWORK_LOSS) <= limit_s + 1e-6
    booked = sorted(credit.span_ms for credit in ledger)
    assert all(one[1] <= other[0] for one, other in pairwise(booked))


def union_ms(spans: list[tuple[int, int]]) -> int:
    total, at = 0, 0
    for begin, end in sorted(spans):
        total += max(0, end - max(begin, at))
        at = max(at, end)
    return total


@given(st.floats(0, 1e6), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_the_attempt_clock_never_goes_back(base_s: float, readings: list[float]) -> None:
    clock = AttemptClock(base_s, 0.0)
    times = [clock.read(reading) for reading in readings]
    assert times == sorted(times)
    assert times[0] >= base_s


@given(st.integers(-(10**14), 10**14))
def test_the_candidates_word_counts_for_ten_seconds(captured_at_ms: int) -> None:
    assert T0 - 10_000 <= clamp_captured_ms(captured_at_ms, T0) <= T0


def test_an_honest_capture_time_is_kept() -> None:
    assert clamp_captured_ms(T0 - 1234, T0) == T0 - 1234
