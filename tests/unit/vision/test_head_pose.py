"""Pose and mouth from mesh points that were turned by known angles."""

import math

import numpy as np
import pytest

from examhall.vision.head_pose import MESH_POINTS, head_pose, mouth_open

# A plain head looking into the camera: eye corners, edges of the face, forehead, chin, lips, mouth.
PLACES = {
    33: (-45, -30, 20), 263: (45, -30, 20), 234: (-75, 0, 60), 454: (75, 0, 60),
    10: (0, -90, 10), 152: (0, 90, 10), 13: (0, 40, 0), 14: (0, 50, 0), 78: (-25, 45, 8), 308: (25, 45, 8),
}  # fmt: skip


def head() -> np.ndarray:
    mesh = np.zeros((MESH_POINTS, 3), np.float32)
    for index, place in PLACES.items():
        mesh[index] = place
    return mesh


def turned(*, yaw: float = 0, pitch: float = 0, roll: float = 0) -> np.ndarray:
    """x right, y down, z away; yaw to the image's right, pitch up, roll clockwise in the image."""
    a, b, c = (math.radians(angle) for angle in (yaw, pitch, roll))
    about_y = np.array([[math.cos(a), 0, -math.sin(a)], [0, 1, 0], [math.sin(a), 0, math.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(b), math.sin(b)], [0, -math.sin(b), math.cos(b)]])
    about_z = np.array([[math.cos(c), -math.sin(c), 0], [math.sin(c), math.cos(c), 0], [0, 0, 1]])
    return head() @ (about_z @ about_y @ about_x).T + 96


@pytest.mark.parametrize("yaw", [-40, -10, 0, 25, 60])
def test_yaw_is_positive_to_the_images_right_and_scaled_by_what_was_measured(yaw: float) -> None:
    pose = head_pose(turned(yaw=yaw))
    assert pose is not None
    assert pose.yaw_deg == pytest.approx(1.2 * yaw, abs=0.1)
    assert pose.pitch_deg == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("pitch", [-30, 0, 20])
def test_pitch_is_positive_when_the_face_looks_up(pitch: float) -> None:
    pose = head_pose(turned(pitch=pitch))
    assert pose is not None
    assert pose.pitch_deg == pytest.approx(pitch, abs=0.1)


@pytest.mark.parametrize("roll", [-90, -20, 0, 45])
def test_roll_is_clockwise_and_the_cuts_own_turn_is_added(roll: float) -> None:
    pose = head_pose(turned(roll=roll), math.radians(15))
    assert pose is not None
    assert pose.roll_deg == pytest.approx(roll + 15, abs=0.1)


def test_turning_the_picture_keeps_yaw_and_pitch_as_the_picture_shows_them() -> None:
    """A face looking to its own side, in a picture turned by 90 degrees, looks down in the picture."""
    pose = head_pose(turned(yaw=30), math.radians(90))
    assert pose is not None
    assert pose.pitch_deg == pytest.approx(-30, abs=0.1)
    assert pose.yaw_deg == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("mesh", [np.zeros((MESH_POINTS, 3)), np.full((MESH_POINTS, 3), np.nan)])
def test_points_that_span_no_face_have_no_pose(mesh: np.ndarray) -> None:
    assert head_pose(mesh) is None


def test_the_mouth_is_its_gap_by_its_width() -> None:
    assert mouth_open(head()) == pytest.approx(10 / 50)
    assert mouth_open(np.zeros((MESH_POINTS, 3))) is None
    assert mouth_open(np.full((MESH_POINTS, 3), np.nan)) is None
