"""The risk: what it sums, how it fades, and that a dismissed incident weighs nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.domain.policy import Signal
from examhall.domain.risk import WeighedIncident, risk

NOW = 1_700_000_000_000


def incident(key: str, weight: float, age_s: float, *, dismissed: bool = False) -> WeighedIncident:
    return WeighedIncident(key, Signal.NO_FACE, weight, NOW - round(age_s * 1000), dismissed)


def test_an_incident_weighs_half_after_a_half_life() -> None:
    known = risk([incident("a", 10, 600), incident("b", 40, 1200)], NOW, 600)
    assert known.value == pytest.approx(5 + 10)
    assert [(part.key, part.points) for part in known.parts] == [("b", 10.0), ("a", 5.0)]


def test_dismissed_ones_weigh_nothing_and_future_ones_their_weight() -> None:
    known = risk([incident("a", 10, 0, dismissed=True), incident("b", 7, -30)], NOW, 600)
    assert known.value == 7
    assert len(known.parts) == 1


@given(st.lists(st.tuples(st.floats(0, 50), st.integers(0, 5000)), max_size=8), st.integers(0, 5000))
def test_what_the_page_derives_is_what_the_server_says_later(
    incidents: list[tuple[float, int]], later_s: int
) -> None:
    given_ = [incident(str(i), weight, age) for i, (weight, age) in enumerate(incidents)]
    known = risk(given_, NOW, 600)
    later = risk(given_, NOW + later_s * 1000, 600)
    derived = known.value * 2 ** (-later_s / known.half_life_s)
    assert derived == pytest.approx(later.value)
    assert sum(part.points for part in known.parts) == pytest.approx(known.value)
