"""YuNet in CenterFace's place: its layout, decoded into the same faces."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from examhall.adapters.detectors.model_signature import open_session
from examhall.adapters.detectors.yunet import YuNet
from support.onnx_graphs import write_white_patch_yunet


def picture(height: int, width: int, *cells: tuple[int, int, int]) -> npt.NDArray[np.uint8]:
    """Black, with 8 x 8 cells (row, column, brightness)."""
    black = np.zeros((height, width, 3), np.uint8)
    for row, column, brightness in cells:
        black[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8] = brightness
    return black


@pytest.fixture
def detector(tmp_path: Path) -> YuNet:
    return YuNet(open_session(write_white_patch_yunet(tmp_path / "yunet.onnx")))


def test_a_planted_face_is_where_it_was_planted(detector: YuNet) -> None:
    (face,) = detector.find(picture(64, 96, (3, 5, 255)), 96, 64, 0.5)
    # The middle of the cell is (44, 28); the box is 16 wide and 24 high.
    assert (face.box.x1, face.box.y1, face.box.x2, face.box.y2) == (36.0, 16.0, 52.0, 40.0)
    assert face.box.score == 1.0
    corner = np.array([40.0, 24.0])
    expected = [corner + 8 * np.array([index / 10, index / 5]) for index in range(5)]
    np.testing.assert_allclose(face.points, expected, atol=1e-4)


def test_boxes_come_back_in_pixels_of_the_picture(detector: YuNet) -> None:
    large = np.kron(picture(64, 96, (3, 5, 255)), np.ones((2, 2, 1), np.uint8))
    (face,) = detector.find(large, 96, 64, 0.9)
    assert (face.box.x1, face.box.y1, face.box.x2, face.box.y2) == (72.0, 32.0, 104.0, 80.0)
    np.testing.assert_allclose(face.points[0], [80.0, 48.0], atol=1e-3)


def test_faces_come_best_first_and_weak_ones_not_at_all(detector: YuNet) -> None:
    found = detector.find(picture(64, 96, (1, 1, 140), (5, 9, 255), (5, 1, 40)), 96, 64, 0.5)
    assert [face.box.score for face in found] == [1.0, round((140 / 255) ** 0.5, 4)]


def test_two_boxes_on_one_face_are_one_face(detector: YuNet) -> None:
    (face,) = detector.find(picture(64, 96, (3, 5, 255), (4, 5, 200)), 96, 64, 0.5)
    assert face.box.y1 == 16.0


def test_boxes_are_clipped_to_the_picture(detector: YuNet) -> None:
    (face,) = detector.find(picture(64, 96, (0, 0, 255)), 96, 64, 0.5)
    assert (face.box.x1, face.box.y1, face.box.x2, face.box.y2) == (0.0, 0.0, 12.0, 16.0)


def test_an_empty_picture_has_no_face(detector: YuNet) -> None:
    assert detector.find(picture(64, 96), 96, 64, 0.5) == ()


def test_a_model_of_one_size_sees_every_picture_in_that_size(tmp_path: Path) -> None:
    fixed = YuNet(open_session(write_white_patch_yunet(tmp_path / "fixed.onnx", side=64)))
    (face,) = fixed.find(picture(64, 64, (2, 2, 255)), 320, 256, 0.5)
    assert (face.box.x1, face.box.y1, face.box.x2, face.box.y2) == (12.0, 8.0, 28.0, 32.0)
