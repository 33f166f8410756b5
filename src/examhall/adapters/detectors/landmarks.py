"""The face mesh and the iris model on onnxruntime: where a face points, where its eyes look.

Model files as `examhall models build` makes them. mesh: `image` (192, 192, 3) uint8 BGR; `points` (468, 3)
in pixels of that cut, `face_flag` (1,) probability. iris: `image` (64, 64, 3) uint8 BGR, a left eye as it is
and a right one mirrored; `contour` (71, 3) and `iris` (5, 3) in pixels of that cut.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnxruntime

from examhall.adapters.detectors.centerface import FoundFace
from examhall.application.ports.vision import HeadFacts
from examhall.domain.observation import Doubt
from examhall.vision.decode import Picture
from examhall.vision.face_crop import EYE_SIDE, MESH_SIDE, Cut, Points, cut_square, eye_square, face_square
from examhall.vision.face_trust import (
    EDGE_PX,
    PROFILE_FOR_MOUTH_DEG,
    EyeLook,
    FaceLook,
    doubt_gaze,
    doubt_head,
    eye_light,
    face_light,
)
from examhall.vision.gaze import EyeGaze, eye_gaze, mirrored
from examhall.vision.head_pose import HeadPose, head_pose, mouth_open

# Corners of the image-left and image-right eye, image-left one first; the model wants the first one mirrored.
_EYES = (((33, 133), True), ((362, 263), False))
_UNKNOWN_YAW_DEG = 180.0


@dataclass(frozen=True, slots=True)
class SeenFace:
    """`mesh`: (468, 2) in pixels of the picture; `look` and `eyes` say how far it can be trusted."""

    facts: HeadFacts
    look: FaceLook
    eyes: EyeLook | None
    mesh: Points


class Landmarks:
    """Mesh and irises of one face at a time."""

    def __init__(self, mesh: onnxruntime.InferenceSession, iris: onnxruntime.InferenceSession) -> None:
        self._mesh = mesh
        self._iris = iris

    def warm_up(self) -> None:
        self._run_mesh(np.zeros((MESH_SIDE, MESH_SIDE, 3), np.uint8))
        self._see_eye(np.zeros((EYE_SIDE, EYE_SIDE, 3), np.uint8), mirror=False)

    def see(self, picture: Picture, found: FoundFace, index: int) -> SeenFace:
        """Look at a face of `picture` (BGR uint8); `found` is in its pixels. Never NaN: unknown is None."""
        box = found.box
        square = face_square(box.x1, box.y1, box.x2, box.y2, found.points[0], found.points[1])
        cut = cut_square(picture, square, MESH_SIDE)
        points, mesh_score = self._run_mesh(cut.picture)
        pose = head_pose(points, square.angle_rad)
        luma, sharpness = face_light(cut.picture)
        height, width = picture.shape[:2]
        look = FaceLook(
            mesh_score=mesh_score if pose else 0.0,
            size_px=min(box.x2 - box.x1, box.y2 - box.y1),
            cut_off=box.x1 < EDGE_PX
            or box.y1 < EDGE_PX
            or box.x2 > width - EDGE_PX
            or box.y2 > height - EDGE_PX,
            sharpness=sharpness,
            luma=luma,
            yaw_deg=pose.yaw_deg if pose else _UNKNOWN_YAW_DEG,
            pitch_deg=pose.pitch_deg if pose else 0.0,
        )
        mesh = cut.to_source(points)
        doubt = doubt_head(look)
        if doubt is not None or pose is None:
            return SeenFace(_unknown(index, look, doubt or Doubt.NO_MESH), look, None, mesh)
        gazes, eyes = self._see_eyes(picture, cut, points)
        mouth = mouth_open(points) if abs(pose.yaw_deg) <= PROFILE_FOR_MOUTH_DEG else None
        return SeenFace(_known(index, look, pose, mouth, gazes, doubt_gaze(look, eyes)), look, eyes, mesh)

    def _run_mesh(self, cut: Picture) -> tuple[npt.NDArray[np.float32], float]:
        points, flag = self._mesh.run(["points", "face_flag"], {"image": cut})
        return points, float(flag[0])

    def _see_eyes(
        self, picture: Picture, cut: Cut, points: npt.NDArray[np.float32]
    ) -> tuple[tuple[EyeGaze, ...], EyeLook | None]:
        """Both eyes or none."""
        eyes: list[EyeGaze] = []
        widths: list[float] = []
        glare, contrast = 0.0, math.inf
        for corners, mirror in _EYES:
            ends = cut.to_source(points[list(corners)])
            square = eye_square(ends[0], ends[1])
            eye_cut = cut_square(picture, square, EYE_SIDE).picture
            eye = self._see_eye(eye_cut, mirror=mirror)
            if eye is None:
                return (), None
            eyes.append(eye)
            widths.append(eye.width_px * square.side / EYE_SIDE)
            eye_glare, eye_contrast = eye_light(eye_cut)
            glare, contrast = max(glare, eye_glare), min(contrast, eye_contrast)
        opened = sum(eye.open for eye in eyes) / len(eyes)
        return tuple(eyes), EyeLook(min(widths), opened, glare, contrast)

    def _see_eye(self, eye_cut: Picture, *, mirror: bool) -> EyeGaze | None:
        shown = np.ascontiguousarray(eye_cut[:, ::-1]) if mirror else eye_cut
        contour, iris = self._iris.run(["contour", "iris"], {"image": shown})
        if mirror:
            contour, iris = mirrored(contour, EYE_SIDE), mirrored(iris, EYE_SIDE)
        return eye_gaze(contour, iris)


def _mean(numbers: list[float], digits: int) -> float | None:
    return round(math.fsum(numbers) / len(numbers), digits) if numbers else None


def _known(
    index: int,
    look: FaceLook,
    pose: HeadPose,
    mouth: float | None,
    gazes: tuple[EyeGaze, ...],
    gaze_doubt: Doubt | None,
) -> HeadFacts:
    trusted = gazes if gaze_doubt is None else ()
    # Lids are seen where the iris is not.
    lids = gazes if gaze_doubt in (None, Doubt.EYES_CLOSED, Doubt.GLARE) else ()
    return HeadFacts(
        face=index,
        yaw_deg=round(pose.yaw_deg, 1),
        pitch_deg=round(pose.pitch_deg, 1),
        roll_deg=round(pose.roll_deg, 1),
        gaze_horizontal=_mean([eye.horizontal for eye in trusted], 4),
        gaze_vertical=_mean([eye.vertical for eye in trusted], 4),
        mouth_open=None if mouth is None else round(mouth, 3),
        eyes_open=_mean([eye.open for eye in lids], 3),
        mesh_score=round(look.mesh_score, 4),
        sharpness=round(look.sharpness, 1),
        doubt=None,
        gaze_doubt=gaze_doubt,
    )


def _unknown(index: int, look: FaceLook, doubt: Doubt) -> HeadFacts:
    return HeadFacts(
        face=index,
        yaw_deg=None,
        pitch_deg=None,
        roll_deg=None,
        gaze_horizontal=None,
        gaze_vertical=None,
        mouth_open=None,
        eyes_open=None,
        mesh_score=round(look.mesh_score, 4),
        sharpness=round(look.sharpness, 1),
        doubt=doubt,
        gaze_doubt=doubt,
    )
