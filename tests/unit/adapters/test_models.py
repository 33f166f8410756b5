"""The model folder: complete, damaged, and how to mend it."""

import json
from pathlib import Path

import pytest

from examhall.adapters.detectors.analyzer import AnalyzerFactory
from examhall.adapters.detectors.model_build import build_models, check_golden
from examhall.adapters.detectors.model_fetch import check_hash
from examhall.adapters.detectors.model_registry import ModelRegistry, checkout_root
from examhall.domain.errors import ExamhallError
from support.people import MODELS_DIR, copy_of_models

GOLDEN = (checkout_root() or Path()) / "models" / "golden.json"


def test_the_built_folder_is_whole_and_passes_its_golden_answers() -> None:
    registry = ModelRegistry(MODELS_DIR)
    registry.verify()
    lines: list[str] = []
    check_golden(MODELS_DIR, registry.entries(), GOLDEN, lines.append)
    assert len(lines) == 4


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
    with pytest.raises(ExamhallError) as refused:
        check_hash(b"something else", source)
    assert refused.value.code == "model_source_altered"


def test_a_model_that_answers_otherwise_is_refused(tmp_path: Path) -> None:
    golden = json.loads(GOLDEN.read_text())
    golden["faces"][0]["faces"][0][0] += 5
    altered = tmp_path / "golden.json"
    altered.write_text(json.dumps(golden))
    with pytest.raises(ExamhallError, match="astronaut at 320x256") as refused:
        check_golden(MODELS_DIR, ModelRegistry(MODELS_DIR).entries(), altered, print)
    assert refused.value.code == "model_golden_differs"
