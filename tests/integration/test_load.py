"""The short form of `make load`: few candidates for moments. What a machine holds is measured there; here only that
nothing is lost and nothing is hidden."""

from pathlib import Path

import pytest

from load.crowd import Shape, watch_crowd
from load.figures import percentiles, slope_per_min
from load.page import BEGIN, END, goals, section, write


async def test_a_small_crowd_loses_no_event_and_is_shown_how_often_it_is_looked_at(tmp_path: Path) -> None:
    said: list[str] = []
    shape = Shape(candidates=8, lasts_s=20.0, join_over_s=2.0, calm_s=6.0, warm_up_s=5.0)
    run = await watch_crowd(shape, tmp_path, said.append)
    assert not run.errors
    assert run.events_sent >= 8 * 2  # camera and microphone of each, and what they do
    assert run.events_stored == run.events_sent
    assert run.events_acknowledged == run.events_sent
    assert run.sampling_shown_s
    assert set(run.sampling_asked_s) <= set(run.sampling_shown_s)
    assert run.frames_per_s["mean"] > 0
    assert "| 8 candidates |" in section([run], None, "make load", 2)
    assert any("events lost 0" in words and holds for words, holds in goals([run], None))


def test_a_line_through_readings_has_its_slope_per_minute() -> None:
    assert slope_per_min([(0, 10), (30, 11), (60, 12)]) == pytest.approx(2.0)
    assert slope_per_min([(0, 10), (60, 10)]) == 0.0
    assert slope_per_min([(5, 3), (5, 4), (5, 5)]) == 0.0


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentiles([]) == {}
    assert percentiles(list(range(1, 101))) == {"p50": 50, "p95": 95, "p99": 99, "max": 100}


def test_the_page_is_written_between_its_markers_only(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write("new", page)
    assert page.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    page.write_text("nothing")
    with pytest.raises(ValueError, match="needs"):
        write("new", page)
