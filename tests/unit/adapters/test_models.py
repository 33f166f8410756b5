"""The model folder: complete, damaged, and how to mend it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from examhall.adapters.detectors.analyzer import AnalyzerFactory
from examhall.adapters.detectors.model_build import build_models
from examhall.adapters.detectors.model_fetch import check_hash
from examhall.adapters.detectors.model_golden import check_golden, read_portrait, run_crop
from examhall.adapters.detectors.model_registry import ModelRegistry, PackageSource, checkout_root
from examhall.adapters.detectors.model_signature import open_model
from examhall.domain.errors import ExamhallError
from support.people import MODELS_DIR, copy_of_models

Golden = dict[str, Any]
GOLDEN = (checkout_root() or Path()) / "models" / "golden.json"


def test_the_built_folder_is_whole_and_passes_its_golden_answers() -> None:
    registry = ModelRegistry(MODELS_DIR)
    registry.verify()
    lines: list[str] = []
    check_golden(MODELS_DIR, registry.entries(), GOLDEN, lines.append)
    golden = json.loads(GOLDEN.read_text())
    assert len(lines) == sum(map(len, golden.values()))
    asked = {case["model"] for cases in golden.values() for case in cases}
    assert asked == {model.name for model in registry.models()}


def test_a_built_folder_is_not_built_again() -> None:
    lines: list[str] = []
    build_models(MODELS_DIR, lines.append)
    assert len(lines) == 1
    assert "up to date" in lines[0]


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    copy_of_models(tmp_path)
    (tmp_path / "centerface.onnx").unlink()
    with pytest.raises(ExamhallError, match="examhall models build") as refused:
        AnalyzerFactory(tmp_path)()
    assert refused.value.code == "model_missing"


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ExamhallError, match="examhall models build") as refused:
        AnalyzerFactory(tmp_path)()
    assert refused.value.code == "model_missing"


def test_an_unknown_name_is_missing() -> None:
    with pytest.raises(ExamhallError) as refused:
        ModelRegistry(MODELS_DIR).path_of("unheard_of")
    assert refused.value.code == "model_missing"


def test_one_changed_byte_is_noticed_before_the_file_is_opened(tmp_path: Path) -> None:
    path = copy_of_models(tmp_path) / "centerface.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ExamhallError, match="examhall models build") as refused:
        AnalyzerFactory(tmp_path)()
    assert refused.value.code == "model_altered"


def test_a_damaged_manifest_is_noticed(tmp_path: Path) -> None:
    (copy_of_models(tmp_path) / "manifest.json").write_text("{}")
    with pytest.raises(ExamhallError) as refused:
        ModelRegistry(tmp_path).verify()
    assert refused.value.code == "model_altered"


def test_a_package_with_another_file_is_refused() -> None:
    source = ModelRegistry(MODELS_DIR).entries()[0].source
    assert isinstance(source, PackageSource)
    (path, expected), *_ = source.files.items()
    with pytest.raises(ExamhallError) as refused:
        check_hash(b"something else", expected, path, source)
    assert refused.value.code == "model_source_altered"


def other_face(golden: Golden) -> None:
    golden["faces"][0]["faces"][0][0] += 5


def other_point(golden: Golden) -> None:
    golden["crops"][0]["outputs"]["points"]["are"][0][1] += 2


def other_probability(golden: Golden) -> None:
    golden["sounds"][0]["are"][0] -= 0.2


@pytest.mark.parametrize(
    ("alter", "where"),
    [
        (other_face, "centerface does not give the golden answer on astronaut at 320x256"),
        (other_point, r"mesh does not give the golden answer on astronaut \(points\)"),
        (other_probability, "silero_vad does not give the golden answer to vowels"),
    ],
)
def test_a_model_that_answers_otherwise_is_refused(
    tmp_path: Path, alter: Callable[[Golden], None], where: str
) -> None:
    golden = json.loads(GOLDEN.read_text())
    alter(golden)
    altered = tmp_path / "golden.json"
    altered.write_text(json.dumps(golden))
    with pytest.raises(ExamhallError, match=where) as refused:
        check_golden(MODELS_DIR, ModelRegistry(MODELS_DIR).entries(), altered, print)
    assert refused.value.code == "model_golden_differs"


def test_the_identity_model_tells_two_people_apart_and_knows_one_again() -> None:
    registry = ModelRegistry(MODELS_DIR)
    session = open_model(registry.model_for("identity"))

    def embedding(portrait: str, crop: tuple[int, int, int]) -> np.ndarray:
        picture = read_portrait(registry.path_of(portrait))
        return run_crop(session, picture, crop)["embedding"]

    astronaut = embedding("astronaut", (158, 40, 140))
    again = embedding("astronaut", (154, 36, 148))
    other = embedding("grace_hopper", (155, 120, 226))
    assert np.linalg.norm(astronaut - again) < 0.4
    assert np.linalg.norm(astronaut - other) > 0.6


def test_only_what_is_missing_is_built_again(tmp_path: Path) -> None:
    copy_of_models(tmp_path)
    (tmp_path / "astronaut.png").write_bytes(b"altered")
    kept = (tmp_path / "mesh.onnx").stat().st_mtime_ns
    lines: list[str] = []
    build_models(tmp_path, lines.append)
    assert [line for line in lines if "fetching" in line] == ["astronaut: fetching scikit-image 0.26.0"]
    assert (tmp_path / "mesh.onnx").stat().st_mtime_ns == kept
    ModelRegistry(tmp_path).verify()
