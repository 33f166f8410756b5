"""Slowing down who guesses, with a clock that the test holds."""

from dataclasses import dataclass

import pytest

from examhall.application.throttle import Throttle
from examhall.domain.errors import ExamhallError


@dataclass
class HeldClock:
    now_s: float = 0.0

    def now_ms(self) -> int:
        return round(self.now_s * 1000)

    def wall_ms(self) -> int:
        return self.now_ms()

    def not_before(self, ms: int) -> None:
        self.now_s = max(self.now_s, ms / 1000)

    def monotonic_s(self) -> float:
        return self.now_s


def test_the_door_closes_after_so_many_and_opens_when_the_oldest_is_out() -> None:
    clock = HeldClock()
    throttle = Throttle(clock, failures=3, window_s=60)
    for clock.now_s in (0, 10, 20):
        throttle.admit(["ada"])
        throttle.failed(["ada"])
    with pytest.raises(ExamhallError) as refused:
        throttle.admit(["somebody", "ada"])
    assert refused.value.code == "too_many_tries"
    assert refused.value.retry_after_s == 40
    throttle.admit(["somebody"])
    clock.now_s = 60
    throttle.admit(["ada"])


def test_success_forgets_and_forgiving_takes_one_back() -> None:
    throttle = Throttle(HeldClock(), failures=2, window_s=60)
    for _ in range(2):
        throttle.failed(["account", "address"])
    throttle.succeeded("account")
    throttle.admit(["account"])
    throttle.forgive("address")
    throttle.admit(["address"])


def test_it_remembers_a_bounded_number_of_keys() -> None:
    throttle = Throttle(HeldClock(), failures=1, window_s=60)
    throttle.failed(["first"])
    throttle.failed(str(number) for number in range(10_000))
    throttle.admit(["first"])
    with pytest.raises(ExamhallError):
        throttle.admit(["9999"])
