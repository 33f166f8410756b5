from hypothesis import given
from hypothesis import strategies as st

from examhall.pipeline.busy_meter import BusyMeter
from examhall.pipeline.sampling import STEPS_S, SamplingController


def feed(controller: SamplingController, from_s: int, to_s: int, ratio: float) -> float:
    for second in range(from_s, to_s):
        controller.update(float(second), ratio)
    return controller.interval_s


def test_five_busy_seconds_go_one_step_slower() -> None:
    controller = SamplingController()
    assert feed(controller, 0, 5, 0.9) == 1.0
    assert feed(controller, 5, 6, 0.9) == 1.5
    assert feed(controller, 6, 10, 0.9) == 1.5
    assert feed(controller, 10, 11, 0.9) == 2.0


def test_a_short_peak_changes_nothing() -> None:
    controller = SamplingController()
    feed(controller, 0, 4, 0.9)
    feed(controller, 4, 5, 0.7)
    assert feed(controller, 5, 10, 0.9) == 1.0


def test_thirty_calm_seconds_go_one_step_faster() -> None:
    controller = SamplingController()
    feed(controller, 0, 100, 1.0)
    assert controller.interval_s == 5.0
    assert feed(controller, 100, 130, 0.3) == 5.0
    assert feed(controller, 130, 131, 0.3) == 3.0


def test_between_the_limits_it_stays() -> None:
    controller = SamplingController()
    feed(controller, 0, 11, 0.9)
    assert feed(controller, 11, 500, 0.6) == 2.0


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0, 1)), max_size=200))
def test_it_moves_one_step_at_a_time(readings: list[tuple[float, float]]) -> None:
    controller, now_s = SamplingController(), 0.0
    for passed_s, ratio in readings:
        before = STEPS_S.index(controller.interval_s)
        now_s += passed_s
        assert abs(STEPS_S.index(controller.update(now_s, ratio)) - before) <= 1


def test_busy_meter_counts_the_last_five_seconds() -> None:
    meter = BusyMeter(workers=2)
    assert meter.ratio(0.0) == 0.0
    token = meter.begin(10.0)
    assert meter.ratio(12.5) == 0.25
    meter.end(token, 15.0)
    assert meter.ratio(15.0) == 0.5
    assert meter.ratio(17.5) == 0.25
    assert meter.ratio(20.0) == 0.0


def test_busy_meter_never_exceeds_one() -> None:
    meter = BusyMeter(workers=1)
    meter.begin(0.0)
    assert meter.ratio(100.0) == 1.0
