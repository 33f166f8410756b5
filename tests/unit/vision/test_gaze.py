"""Gaze from contours drawn by hand."""

import numpy as np
import pytest

from examhall.vision.gaze import EyeGaze, eye_gaze, mirrored


def eye(*, turn_deg: float = 0.0, gap: float = 8.0) -> np.ndarray:
    """16 lid points round an eye 30 px wide about (32, 32), then 55 that must not matter."""
    t = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    lids = np.stack([15 * np.cos(t), gap / 2 * np.sin(t)], axis=1)
    a = np.radians(turn_deg)
    lids = lids @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) + 32
    contour = np.full((71, 3), 500.0)
    contour[:16, :2] = lids
    return contour


def iris_at(x: float, y: float) -> np.ndarray:
    return np.tile(np.array([x, y, 0.0]), (5, 1))


def seen(contour: np.ndarray, iris: np.ndarray) -> EyeGaze:
    gaze = eye_gaze(contour, iris)
    assert gaze is not None
    return gaze


@pytest.mark.parametrize(("x", "horizontal"), [(17, 0.0), (27, 1 / 3), (32, 0.5), (47, 1.0)])
def test_horizontal_runs_from_the_image_left_corner_to_the_right_one(x: float, horizontal: float) -> None:
    gaze = seen(eye(), iris_at(x, 32))
    assert gaze.horizontal == pytest.approx(horizontal)
    assert gaze.vertical == pytest.approx(0)
    assert gaze.width_px == pytest.approx(30)


def test_vertical_is_positive_up_and_in_eye_widths() -> None:
    assert seen(eye(), iris_at(32, 29)).vertical == pytest.approx(0.1)


def test_an_eye_that_lies_askew_is_measured_along_itself() -> None:
    straight, askew = seen(eye(), iris_at(32, 32)), seen(eye(turn_deg=15), iris_at(32, 32))
    assert askew.horizontal == pytest.approx(straight.horizontal, abs=0.01)
    assert askew.open == pytest.approx(straight.open, abs=0.01)


def test_lids_that_meet_are_shut() -> None:
    assert seen(eye(gap=9), iris_at(32, 32)).open == pytest.approx(0.3)
    assert seen(eye(gap=0.5), iris_at(32, 32)).open < 0.05


@pytest.mark.parametrize("value", [32.0, np.nan])
def test_a_contour_without_width_has_no_gaze(value: float) -> None:
    assert eye_gaze(np.full((71, 3), value), iris_at(32, 32)) is None


def test_an_iris_that_is_nowhere_has_no_gaze() -> None:
    assert eye_gaze(eye(), iris_at(np.nan, 32)) is None


def test_mirroring_twice_changes_nothing() -> None:
    contour = eye(turn_deg=10)
    np.testing.assert_allclose(mirrored(mirrored(contour, 64), 64), contour)
    assert mirrored(iris_at(20, 30), 64)[0, 0] == 44
