"""The server's line of time, whatever happens to the system's clock."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from examhall.adapters.system import SystemClock

NOON = 1_800_000_000_000
HOUR_MS = 3_600_000


@dataclass
class Machine:
    """A machine whose clock can be set, and whose running time cannot."""

    wall: int = NOON
    up: int = 5_000

    def clock(self) -> SystemClock:
        return SystemClock(lambda: self.wall, lambda: self.up)

    def pass_ms(self, ms: int) -> None:
        self.wall += ms
        self.up += ms


@given(st.lists(st.tuples(st.integers(0, HOUR_MS), st.integers(-HOUR_MS, HOUR_MS)), max_size=10))
def test_a_clock_that_is_set_moves_nothing(steps: list[tuple[int, int]]) -> None:
    machine = Machine()
    clock = machine.clock()
    for passed, jump in steps:
        machine.pass_ms(passed)
        machine.wall += jump
        assert clock.wall_ms() == machine.wall
    assert clock.now_ms() == NOON + sum(passed for passed, _ in steps)


def test_a_server_that_starts_with_its_clock_set_back_goes_on_from_the_last_beat() -> None:
    machine = Machine()
    machine.wall -= HOUR_MS
    clock = machine.clock()
    clock.not_before(NOON)
    machine.pass_ms(1000)
    assert clock.now_ms() == NOON + 1000
    clock.not_before(NOON - HOUR_MS)
    assert clock.now_ms() == NOON + 1000
