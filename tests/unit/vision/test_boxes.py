import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examhall.vision.boxes import input_size, letterbox, suppress
from support.pictures import noise


def test_letterbox_never_stretches() -> None:
    boxed = letterbox(noise(640, 480), 320, 256)
    assert boxed.picture.shape == (256, 320, 3)
    assert boxed.scale == 0.5
    assert not boxed.picture[240:].any()


def test_letterbox_enlarges_small_pictures() -> None:
    boxed = letterbox(noise(80, 64), 320, 256)
    assert boxed.scale == 4
    assert boxed.picture[-1].any()


def test_letterbox_leaves_a_picture_of_the_right_size_alone() -> None:
    picture = noise(320, 256)
    assert letterbox(picture, 320, 256).picture is picture


@given(st.integers(1, 900), st.integers(1, 900))
def test_letterbox_takes_any_size(width: int, height: int) -> None:
    boxed = letterbox(np.full((height, width, 3), 200, np.uint8), 320, 256)
    assert boxed.picture.shape == (256, 320, 3)
    assert boxed.picture.any()


def test_suppress_keeps_the_best_of_what_overlaps() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [50, 50, 60, 60]], np.float32)
    assert suppress(boxes, np.array([0.6, 0.9, 0.7], np.float32), 0.3) == [1, 2]


def test_suppress_takes_nothing() -> None:
    assert suppress(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), 0.3) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [((640, 480), (320, 256)), ((1280, 720), (352, 224)), ((480, 848), (224, 352)), ((480, 640), (256, 320))],
)
def test_the_models_input_takes_the_pictures_own_shape(
    source: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert input_size(*source, 320, 256) == expected


@pytest.mark.parametrize("source", [(1, 1), (3, 4000), (4000, 3), (641, 479), (7, 5)])
def test_no_shape_costs_more_than_the_plan_says(source: tuple[int, int]) -> None:
    width, height = input_size(*source, 320, 256)
    assert width % 32 == 0
    assert height % 32 == 0
    assert 0 < width * height <= 320 * 256
