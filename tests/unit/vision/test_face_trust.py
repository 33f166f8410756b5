"""When numbers about a face are unknown, and why."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from examhall.domain.observation import Doubt
from examhall.vision.face_trust import (
    EyeLook,
    FaceLook,
    doubt_gaze,
    doubt_head,
    doubt_identity,
    eye_light,
    face_light,
)
from support.people import portrait

GOOD = FaceLook(mesh_score=0.99, size_px=150, cut_off=False, sharpness=300, luma=120, yaw_deg=5, pitch_deg=-5)
GOOD_EYES = EyeLook(width_px=28, open=0.35, glare=0.0, contrast=0.3)


def face_cut() -> np.ndarray:
    """The astronaut's face as the mesh gets it."""
    return np.asarray(cv2.resize(portrait("astronaut")[30:210, 130:310], (192, 192)), np.uint8)


def test_a_good_face_is_trusted() -> None:
    assert doubt_head(GOOD) is None
    assert doubt_gaze(GOOD, GOOD_EYES) is None
    assert doubt_identity(GOOD, GOOD_EYES) is None


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"mesh_score": 0.3}, Doubt.NO_MESH),
        ({"size_px": 12.0}, Doubt.SMALL),
        ({"luma": 6.0}, Doubt.DARK),
        ({"sharpness": 1.0}, Doubt.BLURRED),
    ],
)
def test_a_head_that_is_hard_to_see_is_unknown(change: dict[str, float], doubt: Doubt) -> None:
    look = replace(GOOD, **change)
    assert doubt_head(look) is doubt
    assert doubt_identity(look, GOOD_EYES) is doubt


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"yaw_deg": -60.0}, Doubt.PROFILE),
        ({"cut_off": True}, Doubt.EDGE),
        ({"sharpness": 10.0}, Doubt.BLURRED),
    ],
)
def test_a_head_can_be_known_while_its_eyes_are_not(change: dict[str, float], doubt: Doubt) -> None:
    look = replace(GOOD, **change)
    assert doubt_head(look) is None
    assert doubt_gaze(look, GOOD_EYES) is doubt
    assert doubt_identity(look, GOOD_EYES) is doubt


@pytest.mark.parametrize(
    ("eyes", "doubt"),
    [
        (None, Doubt.SMALL),
        (replace(GOOD_EYES, width_px=4.0), Doubt.SMALL),
        (replace(GOOD_EYES, open=0.1), Doubt.EYES_CLOSED),
        (replace(GOOD_EYES, glare=0.3), Doubt.GLARE),
        (replace(GOOD_EYES, contrast=0.01), Doubt.DARK),
    ],
)
def test_eyes_that_show_no_iris_are_unknown(eyes: EyeLook | None, doubt: Doubt) -> None:
    assert doubt_gaze(GOOD, eyes) is doubt


def test_a_small_or_turned_face_is_not_compared() -> None:
    assert doubt_identity(replace(GOOD, size_px=50), GOOD_EYES) is Doubt.SMALL
    assert doubt_identity(replace(GOOD, pitch_deg=40), GOOD_EYES) is Doubt.PROFILE


def test_blur_lowers_sharpness_far_and_dim_light_does_not() -> None:
    cut = face_cut()
    luma, sharp = face_light(cut)
    _, smeared = face_light(np.asarray(cv2.GaussianBlur(cut, (0, 0), 4), np.uint8))
    dim_luma, dim = face_light(np.asarray(cut * 0.4, np.uint8))
    assert smeared < sharp / 10
    assert dim_luma < luma / 2
    assert dim == pytest.approx(sharp, rel=0.25)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_cut_without_contrast_is_blurred_not_a_division_by_zero(value: int) -> None:
    assert face_light(np.full((192, 192, 3), value, np.uint8)) == pytest.approx((value, 0.0))


def test_a_face_whose_eyes_are_hidden_is_not_compared() -> None:
    assert doubt_identity(GOOD, None) is Doubt.DARK
    assert doubt_identity(GOOD, replace(GOOD_EYES, contrast=0.02)) is Doubt.DARK


def test_glare_is_white_in_the_middle_of_the_eye() -> None:
    eye = np.full((64, 64, 3), 90, np.uint8)
    assert eye_light(eye) == pytest.approx((0, 0))
    eye[28:36, 20:44] = 255
    glare, contrast = eye_light(eye)
    assert glare > 0.1
    assert contrast > 0.3
    eye[:] = 90
    eye[:10] = 255  # a white forehead is no glare
    assert eye_light(eye)[0] == 0


def test_an_eyes_contrast_does_not_depend_on_the_light() -> None:
    eye = face_cut()[60:124, 30:94]
    _, bright = eye_light(eye)
    _, dim = eye_light(np.asarray(eye * 0.25, np.uint8))
    assert dim == pytest.approx(bright, rel=0.1)
    assert eye_light(np.zeros((64, 64, 3), np.uint8)) == (0, 0)
