"""A site's own model: does it fit, is it used, does it survive a build."""

import json
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from examhall.adapters.detectors.face_detector import open_face_detector
from examhall.adapters.detectors.model_build import build_models
from examhall.adapters.detectors.model_registry import ModelRegistry, TaskModel
from examhall.adapters.detectors.model_signature import SIGNATURES, TASK_DECODERS, open_model
from examhall.adapters.detectors.model_swap import use_built_model, use_model
from examhall.domain.errors import ExamhallError
from support.onnx_graphs import write_constant_model, write_white_patch_yunet
from support.people import copy_of_models, portrait

FITTING = {"points": (468, 3), "face_flag": (1,)}


def mesh(path: Path) -> TaskModel:
    return TaskModel("own", "mesh", "mediapipe_mesh", path)


def why_not(model: TaskModel) -> str:
    with pytest.raises(ExamhallError) as refused:
        open_model(model)
    assert refused.value.code == "model_does_not_fit"
    return refused.value.message


def test_every_decoder_has_a_task_and_a_signature() -> None:
    assert {name for names in TASK_DECODERS.values() for name in names} == set(SIGNATURES)


def test_a_model_with_the_right_inputs_and_outputs_fits(tmp_path: Path) -> None:
    open_model(mesh(write_constant_model(tmp_path / "own.onnx", {"image": (192, 192, 3)}, FITTING)))


def test_a_side_that_the_model_leaves_open_fits_and_more_outputs_do_no_harm(tmp_path: Path) -> None:
    outputs = {**FITTING, "more": (1,)}
    open_model(mesh(write_constant_model(tmp_path / "own.onnx", {"image": ("side", "side", 3)}, outputs)))


@pytest.mark.parametrize(
    ("inputs", "outputs", "said"),
    [
        (
            {"image": (256, 256, 3)},
            FITTING,
            "input image uint8 (192, 192, 3) expected, but it is uint8 (256, 256, 3)",
        ),
        (
            {"picture": (192, 192, 3)},
            FITTING,
            "input image uint8 (192, 192, 3) expected, but there is only picture",
        ),
        (
            {"image": (192, 192, 3)},
            {"points": (478, 3), "face_flag": (1,)},
            "output points float (468, 3) expected, but it is float (478, 3)",
        ),
        (
            {"image": (192, 192, 3)},
            {"points": (468, 3)},
            "output face_flag float (1) expected, but there is only points",
        ),
        (
            {"image": (192, 192, 3), "gain": (1,)},
            FITTING,
            "input gain is not known to the decoder",
        ),
    ],
)
def test_what_does_not_fit_is_named_as_expected_and_as_it_is(
    tmp_path: Path,
    inputs: dict[str, tuple[int, ...]],
    outputs: dict[str, tuple[int, ...]],
    said: str,
) -> None:
    assert said in why_not(mesh(write_constant_model(tmp_path / "own.onnx", inputs, outputs)))


def test_another_type_of_number_does_not_fit(tmp_path: Path) -> None:
    path = write_constant_model(
        tmp_path / "own.onnx", {"image": (192, 192, 3)}, FITTING, input_type=TensorProto.FLOAT
    )
    assert "but it is float (192, 192, 3)" in why_not(mesh(path))


def test_a_file_that_is_no_model_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "own.onnx"
    path.write_bytes(b"no model")
    assert "onnxruntime cannot open it" in why_not(mesh(path))


def test_a_decoder_of_another_task_does_not_fit(tmp_path: Path) -> None:
    path = write_white_patch_yunet(tmp_path / "yunet.onnx")
    said = why_not(TaskModel("own", "mesh", "yunet", path))
    assert "the task mesh is decoded by mediapipe_mesh" in said


def test_a_swapped_face_model_is_used_until_it_is_swapped_back(tmp_path: Path) -> None:
    registry = ModelRegistry(copy_of_models(tmp_path))
    picture = np.zeros((64, 96, 3), np.uint8)
    picture[24:32, 40:48] = 255
    assert open_face_detector(registry).find(picture, 96, 64, 0.5) == ()
    use_model(tmp_path, write_white_patch_yunet(tmp_path / "own.onnx"), "faces", "yunet", licence="MIT")
    registry.verify()
    (face,) = open_face_detector(registry).find(picture, 96, 64, 0.5)
    assert face.box.x1 == 36.0
    use_built_model(tmp_path, "faces")
    (face,) = open_face_detector(registry).find(portrait("astronaut"), 320, 256, 0.5)
    assert face.box.score == pytest.approx(0.9, abs=0.02)
    assert not (tmp_path / "local_faces.onnx").exists()


def test_a_build_keeps_the_sites_own_model(tmp_path: Path) -> None:
    copy_of_models(tmp_path)
    use_model(tmp_path, write_white_patch_yunet(tmp_path / "own.onnx"), "faces", "yunet")
    lines: list[str] = []
    build_models(tmp_path, lines.append)
    assert len(lines) == 1
    assert ModelRegistry(tmp_path).model_for("faces").decoder == "yunet"


def test_a_manifest_edited_by_hand_is_checked_the_same_way(tmp_path: Path) -> None:
    copy_of_models(tmp_path)
    use_model(tmp_path, write_white_patch_yunet(tmp_path / "own.onnx"), "faces", "yunet")
    manifest = tmp_path / "manifest.json"
    entries = json.loads(manifest.read_text())
    entries["entries"][-1]["decoder"] = "centerface"
    manifest.write_text(json.dumps(entries))
    with pytest.raises(ExamhallError, match="input image") as refused:
        open_face_detector(ModelRegistry(tmp_path))
    assert refused.value.code == "model_does_not_fit"


def test_an_unfit_model_changes_nothing(tmp_path: Path) -> None:
    before = (copy_of_models(tmp_path) / "manifest.json").read_text()
    path = write_constant_model(tmp_path / "own.onnx", {"image": (8, 8, 3)}, FITTING)
    with pytest.raises(ExamhallError):
        use_model(tmp_path, path, "mesh", "mediapipe_mesh")
    with pytest.raises(ExamhallError) as refused:
        use_model(tmp_path, tmp_path / "nowhere.onnx", "mesh", "mediapipe_mesh")
    assert refused.value.code == "file_unreadable"
    assert (tmp_path / "manifest.json").read_text() == before
