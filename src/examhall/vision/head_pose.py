"""Where a face points, from the 468 points of the face mesh.

The mesh's depth has the scale of its width and height, so the face's own axes can be read off it; on real
clips this was steadier than fitting a model head (solvePnP), and it needs no camera constants.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

MESH_POINTS = 468
# Image-left and image-right outer eye corners, image-left and image-right edge of the face, forehead, chin.
_EYE_LEFT, _EYE_RIGHT, _EDGE_LEFT, _EDGE_RIGHT, _FOREHEAD, _CHIN = 33, 263, 234, 454, 10, 152
# The mesh flattens faces that are turned away; measured against turns of known size.
_YAW_SCALE = 1.2

_LIPS, _MOUTH = (13, 14), (78, 308)


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Degrees; see `examhall.domain.observation.HeadObserved` for the signs."""

    yaw_deg: float
    pitch_deg: float
    roll_deg: float


def head_pose(mesh: Floats, turned_rad: float = 0.0) -> HeadPose | None:
    """mesh: (468, 3) in pixels of a square cut, x right, y down, z away from the camera.

    turned_rad: how far the cut was turned clockwise out of the picture. None when the points span no face.
    """
    points = np.asarray(mesh, np.float64)
    across = (points[_EYE_RIGHT] - points[_EYE_LEFT]) + (points[_EDGE_RIGHT] - points[_EDGE_LEFT])
    down = points[_CHIN] - points[_FOREHEAD]
    away = np.cross(across, down)
    width, depth = float(np.linalg.norm(across)), float(np.linalg.norm(away))
    if not (width > 0 and depth > 0):
        return None
    right, nose = across / width, -away / depth
    cos, sin = math.cos(turned_rad), math.sin(turned_rad)
    nose_x, nose_y = cos * nose[0] - sin * nose[1], sin * nose[0] + cos * nose[1]
    right_x, right_y = cos * right[0] - sin * right[1], sin * right[0] + cos * right[1]
    yaw = math.degrees(math.atan2(nose_x, -nose[2])) * _YAW_SCALE
    pitch = math.degrees(math.atan2(-nose_y, math.hypot(nose_x, nose[2])))
    roll = math.degrees(math.atan2(right_y, right_x))
    pose = HeadPose(max(-180.0, min(180.0, yaw)), pitch, roll)
    return pose if all(map(math.isfinite, (pose.yaw_deg, pose.pitch_deg, pose.roll_deg))) else None


def mouth_open(mesh: Floats) -> float | None:
    """Gap between the lips' inner edges / width of the mouth; 0 is shut."""
    width = _apart(mesh, *_MOUTH)
    return _apart(mesh, *_LIPS) / width if width > 0 else None


def _apart(mesh: Floats, one: int, other: int) -> float:
    return float(np.hypot(mesh[one, 0] - mesh[other, 0], mesh[one, 1] - mesh[other, 1]))
