"""Turned squares: what is cut out lies where the points say."""

import math

import cv2
import numpy as np
import pytest

from examhall.vision.face_crop import (
    CHIP_SIDE,
    MESH_SIDE,
    Square,
    cut_chip,
    cut_square,
    eye_square,
    face_square,
)
from support.people import portrait


def dotted(x: int, y: int) -> np.ndarray:
    picture = np.zeros((480, 640, 3), np.uint8)
    cv2.circle(picture, (x, y), 3, (255, 255, 255), -1)
    return picture


def brightest(picture: np.ndarray) -> np.ndarray:
    ys, xs = np.nonzero(picture[:, :, 0] > 128)
    return np.array([[xs.mean(), ys.mean()]])


@pytest.mark.parametrize("angle_deg", [0, 30, -75, 180])
@pytest.mark.parametrize("side", [96.0, 192.0, 400.0])
def test_points_of_a_cut_go_back_to_where_they_were(angle_deg: float, side: float) -> None:
    cut = cut_square(dotted(330, 250), Square(320, 240, side, math.radians(angle_deg)), MESH_SIDE)
    assert cut.picture.shape == (MESH_SIDE, MESH_SIDE, 3)
    back = cut.to_source(brightest(cut.picture))
    np.testing.assert_allclose(back, [[330, 250]], atol=1.5)


def test_a_turned_face_stands_upright_in_its_cut() -> None:
    """Eyes turned clockwise by 45 degrees: in the cut they are level, the left one left."""
    left, right = np.array([300.0, 220.0]), np.array([340.0, 260.0])
    square = face_square(250, 170, 390, 310, left, right)
    assert math.degrees(square.angle_rad) == pytest.approx(45)
    assert square.side == pytest.approx(1.5 * 140)
    seen = [
        brightest(cut_square(dotted(int(x), int(y)), square, MESH_SIDE).picture) for x, y in (left, right)
    ]
    (left_x, left_y), (right_x, right_y) = seen[0][0], seen[1][0]
    assert left_x < right_x
    assert abs(left_y - right_y) < 2


def test_outside_the_picture_is_black() -> None:
    cut = cut_square(np.full((100, 100, 3), 200, np.uint8), Square(0, 0, 100, 0.0), MESH_SIDE)
    assert cut.picture[:90, :90].max() == 0
    assert cut.picture[110:, 110:].min() == 200


def test_a_square_without_area_is_still_a_cut() -> None:
    same = np.array([5.0, 5.0])
    cut = cut_square(np.full((10, 10, 3), 9, np.uint8), eye_square(same, same), MESH_SIDE)
    assert cut.picture.shape == (MESH_SIDE, MESH_SIDE, 3)


def test_a_large_face_is_averaged_not_sampled() -> None:
    """A fine checkerboard shrunk eight times is grey, not a random pattern."""
    board = np.indices((1600, 1600)).sum(axis=0) % 2 * 255
    picture = np.repeat(board[:, :, None], 3, axis=2).astype(np.uint8)
    cut = cut_square(picture, Square(800, 800, 192 * 8, 0.3), MESH_SIDE).picture
    middle = cut[40:-40, 40:-40].astype(float)
    assert middle.std() < 30
    assert middle.mean() == pytest.approx(127, abs=10)


@pytest.mark.parametrize("turn_deg", [0, 40, 170])
def test_the_chip_is_the_same_however_the_picture_is_turned(turn_deg: float) -> None:
    picture = portrait("astronaut")
    # Where the five points are in this portrait, near enough: only the alignment is on trial.
    points = np.array([[251.0, 112], [232, 112], [187, 110], [207, 111], [219, 140]])
    turn = cv2.getRotationMatrix2D((220, 130), turn_deg, 1.0)
    turned = np.asarray(cv2.warpAffine(picture, turn, picture.shape[1::-1]), np.uint8)
    moved = points @ turn[:, :2].T + turn[:, 2]
    straight, again = cut_chip(picture, points), cut_chip(turned, moved)
    assert straight.picture.shape == (CHIP_SIDE, CHIP_SIDE, 3)
    difference = np.abs(straight.picture[30:-30, 30:-30].astype(int) - again.picture[30:-30, 30:-30])
    assert difference.mean() < 6


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e9])
def test_points_that_a_model_makes_up_give_a_black_cut(value: float) -> None:
    picture = np.full((100, 100, 3), 200, np.uint8)
    cut = cut_square(picture, Square(value, 50, 90, 0.0), MESH_SIDE)
    assert not cut.picture.any()
    assert cut_square(picture, Square(50, 50, value, 0.0), MESH_SIDE).picture.shape == (192, 192, 3)


def test_points_on_one_spot_make_a_chip_without_numbers_that_are_none() -> None:
    cut = cut_chip(np.full((50, 50, 3), 7, np.uint8), np.full((5, 2), 25.0))
    assert np.isfinite(cut.back).all()
