"""What a camera's name says, and what it does not."""

import pytest

from examhall.domain.camera_device import virtual_score
from examhall.domain.policy import Preset, Signal
from examhall.domain.presets import PRESETS

THRESHOLD = PRESETS[Preset.STANDARD].signals[Signal.VIRTUAL_CAMERA].threshold


@pytest.mark.parametrize(
    "label",
    [
        "OBS Virtual Camera",
        "OBS-Camera",
        "OBS Virtual Camera (m-de:vice)",
        "ManyCam Virtual Webcam",
        "Snap Camera",
        "XSplit VCam",
        "mmhmm Camera",
        "Dummy video device (0x0000)",
        "v4l2loopback: platform",
        "Some Virtual Camera",
        "Unity Video Capture",
        "e2eSoft VCam",
    ],
)
def test_programs_that_make_pictures_are_known(label: str) -> None:
    judged = virtual_score(label, ["exposureMode"])
    assert judged.score >= THRESHOLD
    assert judged.reasons


@pytest.mark.parametrize(
    "label",
    [
        "",
        "Integrated Camera (04f2:b6d9)",
        "FaceTime HD Camera (Built-in)",
        "HD Pro Webcam C920 (046d:082d)",
        "Camo",
        "Reincubate Camo Virtual Camera",
        "iPhone Camera",
        "EpocCam Camera",
        "DroidCam Virtual Video",
        "fake_device_0",
        "front camera",
        "camera2 1, facing front",
        "Lobster USB Cam",
    ],
)
def test_real_cameras_and_telephones_reach_no_threshold_even_without_controls(label: str) -> None:
    assert virtual_score(label, []).score < THRESHOLD
    assert virtual_score(label, None).reasons == ()


def test_missing_controls_are_told_and_add_a_little() -> None:
    assert virtual_score("OBS Virtual Camera", []).reasons == ("known_label", "no_controls")
    assert 0.0 <= virtual_score("OBS Virtual Camera", []).score <= 1.0
